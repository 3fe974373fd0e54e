"""Forms about plans: they check shape; the rules are in the actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import CheckboxChips, DateInput
from clinic.models import Location, Practitioner
from treatments.definitions import ProtocolDefinition


class PlanForm(forms.Form):
    """Zones, number of sessions, who is responsible. A combination has its number of sessions fixed."""

    zones = forms.MultipleChoiceField(label=_("Zones"), widget=CheckboxChips())
    sessions = forms.IntegerField(label=_("Number of sessions"), min_value=1, max_value=40)
    clinician = forms.ModelChoiceField(label=_("Responsible clinician"), queryset=Practitioner.objects.none())
    numbing_planned = forms.BooleanField(label=_("Numbing cream planned"), required=False, initial=True)
    package_ends_on = forms.DateField(
        label=_("Package ends on"),
        required=False,
        widget=DateInput(),
        help_text=_("When the price holds until a day."),
    )
    approval_reason = forms.CharField(
        label=_("Reason for another number of sessions"),
        required=False,
        max_length=300,
        help_text=_("Only a clinician who may sign can go beyond what the protocol foresees."),
    )

    def __init__(
        self,
        *args: Any,
        definitions: Sequence[ProtocolDefinition],
        location: Location,
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        zones = {zone.code: zone.label.capitalize() for one in definitions for zone in one.zones}
        self.fields["zones"].choices = list(zones.items())  # type: ignore[attr-defined]
        counts = definitions[0].sessions
        if fixed:
            del self.fields["sessions"]
            del self.fields["approval_reason"]
        else:
            self.fields["sessions"].initial = counts.typical
            self.fields["sessions"].help_text = _("%(least)d to %(most)d, usually %(usual)d.") % {
                "least": counts.minimum,
                "most": counts.maximum,
                "usual": counts.typical,
            }
        people = Practitioner.objects.at(location)
        self.fields["clinician"].queryset = people  # type: ignore[attr-defined]
        self.fields["clinician"].label_from_instance = lambda one: one.resource.name  # type: ignore[attr-defined]
        self.fields["clinician"].initial = people.first()

    def clean(self) -> dict[str, Any]:
        """What a combination does not ask for is empty."""
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned.setdefault("approval_reason", "")
        return cleaned

"""Forms of `clinic`: they check shape; the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from clinic.forms import DateInput, PhoneInput, RadioCards
from clinic.models import Location, Patient


class PatientForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who it is and how to reach them. One way to reach the patient is enough."""

    class Meta:
        model = Patient
        fields = (
            "given_name",
            "family_name",
            "born_on",
            "phone",
            "email",
            "language",
            "preferred_channel",
            "alert",
            "desk_note",
            "extra_minutes",
        )
        widgets = {
            "born_on": DateInput(),
            "preferred_channel": RadioCards(),
            "desk_note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "born_on": _("Needed before a plan is opened."),
            "alert": _("Shown on every page about this patient. Never a diagnosis."),
            "extra_minutes": _("Added to every appointment."),
        }

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneNumberField(
            label=_("Mobile phone"),
            required=False,
            region=location.country,
            widget=PhoneInput(),
            error_messages={
                "invalid": _("Write the number as you would dial it, or with + and the country code.")
            },
        )
        if self.instance.pk is None:
            self.initial.setdefault("language", location.language)

    def clean(self) -> dict[str, Any]:
        """Without phone and e-mail no message could ever arrive."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error(
                "phone", _("Give a phone number or an e-mail address, so that messages can arrive.")
            )
        return cleaned

    def details(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

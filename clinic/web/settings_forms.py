"""Forms of the settings: they check shape; the rules are in the actions and in the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.forms import Checkboxes, ColourChips, DateInput, TimeInput
from clinic.models import ClinicSettings, DeviceModel, Location, Resource
from clinic.models.hours import WEEKDAYS
from clinic.neutral_names import findings
from clinic.roles import ROLE_CHOICES
from clinic.timekeeping import WeeklyWindow
from clinic.words import Qualification, ResourceKind, RoomKind

_WINDOW = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s*[-–]\s*(\d{1,2})(?::?(\d{2}))?")
#: So many reminders fit on the page.
REMINDERS = 5


class LocationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a location is called, where it is and how it is reached."""

    class Meta:
        model = Location
        fields = (
            "name",
            "slug",
            "message_name",
            "address",
            "phone",
            "email",
            "zone",
            "country",
            "subdivision",
            "language",
            "emergency_number",
        )
        labels = {"slug": gettext_lazy("Short name")}
        help_texts = {
            "message_name": gettext_lazy("What an SMS calls the clinic: neutral, it is read over shoulders."),
            "slug": gettext_lazy("In addresses and files: letters, digits, hyphens."),
            "country": gettext_lazy("Two letters, like DE: phone numbers and public holidays follow it."),
            "subdivision": gettext_lazy("As in its public holidays, like BE for Berlin."),
            "zone": gettext_lazy("Like Europe/Berlin. Every time of this location is wall time there."),
        }

    def clean_message_name(self) -> str:
        """Neutral; what makes every text dearer is kept in `warnings`."""
        name: str = self.cleaned_data["message_name"]
        self.warnings: list[str] = []
        if "message_name" in self.changed_data:
            found = findings(name)
            self.warnings = [finding.sentence for finding in found if not finding.is_error]
            if errors := [finding.sentence for finding in found if finding.is_error]:
                raise forms.ValidationError(errors)
        return name

    def details(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in self.fields}


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a manager may decide for a location."""

    idle_minutes = forms.IntegerField(
        label=gettext_lazy("Sign out after … idle minutes"),
        required=False,
        min_value=1,
        max_value=720,
        help_text=gettext_lazy("Empty: as the server has it."),
    )

    class Meta:
        model = ClinicSettings
        fields = (
            "quiet_from",
            "quiet_until",
            "slot_minutes",
            "hold_minutes",
            "notice_minutes",
            "horizon_days",
            "undo_seconds",
            "review_url",
        )
        widgets = {
            "quiet_from": TimeInput(),
            "quiet_until": TimeInput(),
            "slot_minutes": forms.Select(choices=[(n, f"{n}′") for n in (5, 10, 15, 20, 30, 60)]),
        }

    def details(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in self.fields}


class WeekForm(forms.Form):
    """One line for each weekday: “8:00-12:00, 13:00-18:00”; an empty line is a day off."""

    def __init__(self, *args: Any, week: Iterable[Any] = (), empty: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told: dict[int, list[str]] = {}
        for rule in sorted(week, key=lambda one: one.opens):
            told.setdefault(rule.weekday, []).append(f"{rule.opens:%H:%M}-{rule.closes:%H:%M}")
        for number, label in WEEKDAYS:
            self.fields[f"day-{number}"] = forms.CharField(
                label=label,
                required=False,
                max_length=80,
                initial=", ".join(told.get(number, ())),
                widget=forms.TextInput(attrs={"placeholder": empty or _("closed"), "inputmode": "text"}),
            )
            self.fields[f"day-{number}"].is_often_empty = True  # type: ignore[attr-defined]  # says no "optional"

    def clean(self) -> dict[str, Any]:
        """Every line is read; a wrong one says what is wrong with it."""
        told: dict[str, Any] = super().clean() or {}
        self.windows: list[WeeklyWindow] = []
        for number, _label in WEEKDAYS:
            try:
                self.windows += read_line(number, told.get(f"day-{number}", ""))
            except ValueError as wrong:
                self.add_error(f"day-{number}", str(wrong))
        return told


def read_line(weekday: int, text: str) -> list[WeeklyWindow]:
    """The windows of one line; `ValueError` with a sentence about what is wrong."""
    windows = [_window(weekday, part.strip()) for part in text.split(",") if part.strip()]
    windows.sort(key=lambda one: one.opens)
    for first, second in pairwise(windows):
        if first.closes <= first.opens or second.opens < first.closes:
            raise ValueError(_("These times overlap: write one after the other."))
    return windows


def _window(weekday: int, text: str) -> WeeklyWindow:
    match = _WINDOW.fullmatch(text)
    try:
        if not match:
            raise ValueError
        first, first_minute, last, last_minute = (int(part or 0) for part in match.groups())
        opens, closes = time(first, first_minute), time(last % 24 if last == 24 else last, last_minute)
    except ValueError:
        sentence = _("“%(text)s” is not a stretch of time; write it like 8:00-12:00.")
        raise ValueError(sentence % {"text": text}) from None
    if opens == closes:
        raise ValueError(_("“%(text)s” ends when it begins.") % {"text": text})
    return WeeklyWindow(weekday, opens, closes)


class ResourceForm(forms.Form):
    """What practitioners, rooms and devices have in common, and what only one of them has."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    locations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Used at"), queryset=Location.objects.none(), widget=Checkboxes()
    )
    daily_quota = forms.IntegerField(
        label=gettext_lazy("Appointments a day at most"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=gettext_lazy("Empty: no limit."),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Can be booked"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Without it nothing new is offered; what is booked stays."),
    )
    #: The fields of the row beside the resource.
    own: Sequence[str] = ()

    def __init__(
        self,
        data: Any = None,
        *,
        places: Any,
        resource: Resource | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=self._present(resource, initial or {}))
        self.resource = resource
        self.fields["locations"].queryset = places  # type: ignore[attr-defined]

    def _present(self, resource: Resource | None, initial: dict[str, Any]) -> dict[str, Any]:
        if resource is None:
            return initial
        row = getattr(resource, resource.kind)
        common = {"name": resource.name, "daily_quota": resource.daily_quota, "is_active": resource.is_active}
        own = {name: getattr(row, name) for name in self.own}
        return {**common, **own, "locations": list(resource.locations.all())}

    def common(self) -> dict[str, Any]:
        """The columns of the resource itself."""
        return {name: self.cleaned_data[name] for name in ("name", "daily_quota", "is_active")}

    def details(self) -> dict[str, Any]:
        """The columns of the practitioner, room or device."""
        return {name: self.cleaned_data[name] for name in self.own}


class RoomForm(ResourceForm):
    """A room and what it is equipped for."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RoomKind.choices)
    own = ("kind",)


class DeviceForm(ResourceForm):
    """One machine."""

    model = forms.ModelChoiceField(label=gettext_lazy("Model"), queryset=DeviceModel.objects.all())
    serial_number = forms.CharField(label=gettext_lazy("Serial number"), max_length=60)
    serviced_on = forms.DateField(label=gettext_lazy("Last service"), required=False, widget=DateInput())
    own = ("model", "serial_number", "serviced_on")


_COLOURS = (
    gettext_lazy("blue"),
    gettext_lazy("sky"),
    gettext_lazy("olive"),
    gettext_lazy("plum"),
    gettext_lazy("rose"),
)


class PractitionerForm(ResourceForm):
    """A person who gives care: what they may do is decided by the qualification."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=40, required=False)
    qualification = forms.ChoiceField(label=gettext_lazy("Qualification"), choices=Qualification.choices)
    registration_number = forms.CharField(
        label=gettext_lazy("Registration number"), max_length=60, required=False
    )
    colour = forms.TypedChoiceField(
        label=gettext_lazy("Colour on the board"),
        choices=[(n, word) for n, word in enumerate(_COLOURS, start=1)],
        coerce=int,
        widget=ColourChips(),
    )
    own = ("title", "qualification", "registration_number", "colour")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locations"].label = _("Works at")


FORMS: dict[ResourceKind, type[ResourceForm]] = {
    ResourceKind.PRACTITIONER: PractitionerForm,
    ResourceKind.ROOM: RoomForm,
    ResourceKind.DEVICE: DeviceForm,
}


class ReminderForm(forms.Form):
    """One reminder: so many days before at a time, or so many hours before."""

    unit = forms.ChoiceField(
        label=gettext_lazy("When"),
        required=False,
        choices=[
            ("", gettext_lazy("none")),
            ("days", gettext_lazy("days before")),
            ("hours", gettext_lazy("hours before")),
        ],
    )
    number = forms.IntegerField(label=gettext_lazy("How many"), required=False, min_value=1, max_value=60)
    at = forms.TimeField(label=gettext_lazy("At"), required=False, widget=TimeInput())
    channel = forms.ChoiceField(
        label=gettext_lazy("By"),
        required=False,
        choices=[
            ("preferred", gettext_lazy("as the patient likes")),
            ("sms", gettext_lazy("SMS")),
            ("email", gettext_lazy("e-mail")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """Days need a time of day, hours do not."""
        told: dict[str, Any] = super().clean() or {}
        if not told.get("unit") or self.errors:
            return told
        if not told.get("number"):
            self.add_error("number", _("Say how many."))
        elif told["unit"] == "hours" and told["number"] > 48:
            self.add_error("number", _("At most 48 hours; beyond that write days."))
        if told["unit"] == "days" and not told.get("at"):
            self.add_error("at", _("Say at what time of that day."))
        return told

    def rule(self) -> dict[str, Any] | None:
        """As the settings keep it; None for an empty line. The code says what it is: R_2D, R_3H."""
        told = self.cleaned_data
        if not told.get("unit"):
            return None
        number, channel = told["number"], told["channel"] or "preferred"
        if told["unit"] == "hours":
            return {"code": f"R_{number}H", "hours_before": number, "channel": channel}
        return {
            "code": f"R_{number}D",
            "days_before": number,
            "at": f"{told['at']:%H:%M}",
            "channel": channel,
        }


class _Cadence(forms.BaseFormSet):  # type: ignore[type-arg]
    """The reminders of a location."""

    def clean(self) -> None:
        """Two at the same distance would be one message."""
        codes = [rule["code"] for rule in self.rules()] if not any(self.errors) else []
        if len(set(codes)) < len(codes):
            raise forms.ValidationError(_("Two reminders at the same distance: keep one of them."))

    def rules(self) -> list[dict[str, Any]]:
        """As the settings keep them, the farthest first."""
        found = [rule for form in self.forms if (rule := form.rule())]
        return sorted(found, key=lambda one: (-one.get("days_before", 0), -one.get("hours_before", 0)))


CadenceFormSet = forms.formset_factory(ReminderForm, formset=_Cadence, extra=0, max_num=REMINDERS)


def cadence_initial(reminders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the page: those that are, and empty ones up to the most."""
    lines: list[dict[str, Any]] = [
        {
            "unit": "days" if "days_before" in one else "hours",
            "number": one.get("days_before") or one.get("hours_before"),
            "at": one.get("at", ""),
            "channel": one.get("channel", "preferred"),
        }
        for one in reminders
    ]
    return [*lines, *({} for _n in range(max(0, REMINDERS - len(lines))))]


class LoginForm(forms.Form):
    """Somebody who works here. A password is set by the person, through “forgot password”."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES)


class RoleForm(forms.Form):
    """A role of a login at a location."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES)

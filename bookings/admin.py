"""The operator's pages for `bookings`. What can be changed here goes through the same actions as everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import models
from bookings.actions import appointments
from bookings.visits import visit_of
from bookings.web.refusing import sentences_of
from bookings.words import CancelReason
from clinic.errors import DomainError
from clinic.timekeeping import instant
from treatments.models import TreatmentSession


class BookForm(forms.ModelForm):  # type: ignore[type-arg]
    """A session and a start; the action does the rest, and what it refuses is an error of the form."""

    session = forms.ModelChoiceField(
        TreatmentSession.objects.to_come().select_related("plan__location"), label=_("session")
    )

    class Meta:
        model = models.Appointment
        fields = ("session", "starts_at", "note")

    by: Any = None

    def clean(self) -> dict[str, Any]:
        """Books inside the admin's own transaction; it is kept only when the form is."""
        facts = super().clean() or {}
        if self.errors:
            return facts
        try:
            self.instance = appointments.book(
                visit=visit_of(facts["session"]),
                starts_at=self._wall_there(facts),
                note=facts["note"],
                by=self.by,
                now=timezone.now(),
            )
        except DomainError as refused:
            raise forms.ValidationError(sentences_of(refused)) from refused
        return facts

    def _wall_there(self, facts: dict[str, Any]) -> datetime:
        """What was typed is the wall clock at the session's location, wherever the operator is."""
        wall = timezone.localtime(facts["starts_at"])
        return instant(wall.date(), wall.time(), facts["session"].plan.location.tz)

    def _post_clean(self) -> None:
        """The action has checked everything already."""

    def save(self, commit: bool = True) -> models.Appointment:
        """The row that the action made."""
        made: models.Appointment = self.instance
        return made

    def save_m2m(self) -> None:
        """Nothing."""


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shown, never changed by hand: the actions keep rows, claims and messages together."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ClaimInline(admin.TabularInline):  # type: ignore[type-arg]
    """What an appointment has claimed."""

    model = models.Claim
    extra = 0
    fields = ("resource", "starts_at", "ends_at")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: claims follow their appointment."""
        return False


@admin.register(models.Appointment)
class AppointmentAdmin(ReadOnlyAdmin):
    """Appointments: booked by the action, cancelled by the action, otherwise read."""

    list_display = ("starts_at", "patient", "location", "status", "version")
    list_filter = ("status", "location")
    list_select_related = ("patient", "location")
    date_hierarchy = "starts_at"
    inlines = (ClaimInline,)
    actions = ("cancel_chosen",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators may book."""
        return bool(request.user.is_active and request.user.is_superuser)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The booking form for a new one."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("BookForm", (BookForm,), {"by": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only what the booking form asks, for a new one."""
        return super().get_fields(request, obj) if obj is not None else BookForm.Meta.fields

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        """Claims are shown once there is something to show."""
        return super().get_inline_instances(request, obj) if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The action has saved it."""

    @admin.action(description=_("Cancel, because the clinic has to"))
    def cancel_chosen(self, request: HttpRequest, queryset: Any) -> None:
        """Cancels each of the chosen; those that cannot be are named."""
        for row in queryset.for_change():
            try:
                appointments.cancel(
                    appointment=row, reason=CancelReason.CLINIC, by=request.user, now=timezone.now()
                )
            except DomainError as refused:
                self.message_user(request, f"{row}: {refused.sentence}", level="ERROR")


for shown in (models.Claim, models.WaitlistEntry, models.WaitlistOffer):
    admin.site.register(shown, ReadOnlyAdmin)

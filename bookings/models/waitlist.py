"""The waitlist: wishes for a time, and offers made for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.models.appointments import Appointment
from bookings.words import OfferStatus, WaitlistStatus
from clinic.history import tracked
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.statuses import StatusChange


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    """Which wishes."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> WaitlistEntryQuerySet:
        """Wishes at a location where the user works in a role with the permission."""
        return seen_by(user, self, permission)

    def waiting(self) -> WaitlistEntryQuerySet:
        """In the order in which they asked."""
        return self.filter(status=WaitlistStatus.WAITING).order_by("created_at", "id")

    def at(self, location: Any) -> WaitlistEntryQuerySet:
        """Wishes at a location."""
        return self.filter(location=location)

    def on(self, day: date) -> WaitlistEntryQuerySet:
        """Wishes whose days contain a local day."""
        return self.filter(from_on__lte=day, until_on__gte=day)

    def for_offers(self) -> WaitlistEntryQuerySet:
        """With all that is read to find a time for them; the protocol's definition is kept by the process."""
        return self.select_related(
            "patient",
            "location",
            "treatment_session__plan__patient__clinical_profile",
            "treatment_session__plan__location__settings",
            "treatment_session__protocol_version__protocol",
        ).defer("treatment_session__protocol_version__definition")

    def on_list(self) -> WaitlistEntryQuerySet:
        """Waiting or with an offer, in the order of asking, with what the list shows."""
        rows = self.filter(status__in=(WaitlistStatus.WAITING, WaitlistStatus.OFFERED))
        shown = rows.select_related("patient", "location", "treatment_session__plan__location")
        return shown.prefetch_related("offers__hold").order_by("created_at", "id")


@tracked()
class WaitlistEntry(models.Model):
    """A patient would like to come, or to come earlier, within a period and some wishes."""

    patient = models.ForeignKey("clinic.Patient", on_delete=models.CASCADE, related_name="waitlist_entries")
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="waitlist_entries")
    treatment_session = models.ForeignKey(
        "treatments.TreatmentSession", on_delete=models.CASCADE, related_name="waitlist_entries"
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    #: Wished practitioners, weekdays, part of day: as the planner reads them.
    wishes = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=20, choices=WaitlistStatus, default=WaitlistStatus.WAITING)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="waitlist_period_is_not_empty"
            ),
            models.UniqueConstraint(
                fields=["treatment_session"],
                condition=Q(status__in=["waiting", "offered"]),
                name="treatment_session_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} waits"


class WaitlistEntryStatusChange(StatusChange):
    """How a wish went on."""

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="status_changes")


class WaitlistOfferQuerySet(models.QuerySet["WaitlistOffer"]):
    """Which offers."""

    def with_hold(self) -> WaitlistOfferQuerySet:
        """With the time that is held, and who it is for."""
        return self.select_related(
            "hold__location__settings", "entry__patient", "entry__location", "entry__treatment_session__plan"
        )

    def to_patient(self, patient: Any) -> WaitlistOfferQuerySet:
        """Offers made to one patient."""
        return self.filter(entry__patient=patient)

    def of(self, key: int) -> WaitlistOfferQuerySet:
        """The one with this key."""
        return self.filter(pk=key)

    def last_open(self) -> WaitlistOffer | None:
        """The one that has not been answered."""
        return self.filter(status=OfferStatus.OPEN).order_by("-id").first()


@tracked()
class WaitlistOffer(models.Model):
    """A freed time held for one entry until it answers or the hold lapses."""

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="offers")
    hold = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=20, choices=OfferStatus, default=OfferStatus.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(status="open"), name="waitlist_entry_has_one_open_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"offer to {self.entry}"

    def is_open(self, now: datetime) -> bool:
        """Whether the patient may still accept."""
        return self.status == OfferStatus.OPEN and now < self.expires_at


class WaitlistOfferStatusChange(StatusChange):
    """How an offer was answered."""

    offer = models.ForeignKey(WaitlistOffer, on_delete=models.CASCADE, related_name="status_changes")

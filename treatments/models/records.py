"""Session records: what was done. A signed record never changes (P8); corrections are addenda."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models import Patient
from clinic.roles import Permission
from clinic.statuses import StatusChange
from treatments.models.plans import TreatmentPlan
from treatments.models.products import Lot, Product
from treatments.models.sessions import TreatmentSession
from treatments.words import ProductRole, RecordStatus

_PART_OF_SIGNED = """
    IF EXISTS (
        SELECT 1 FROM treatments_sessionrecord r
        WHERE r.id IN (COALESCE(NEW.record_id, OLD.record_id), COALESCE(OLD.record_id, NEW.record_id))
          AND r.status = 'signed'
    ) THEN
        RAISE EXCEPTION 'a signed session record never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


def sealed_with_the_record() -> pgtrigger.Trigger:
    """A trigger that refuses to add, change or remove a part of a signed record."""
    return pgtrigger.Trigger(
        name="sealed_when_signed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=_PART_OF_SIGNED,
    )


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    """Which records."""

    def of_session(self, session: TreatmentSession) -> SessionRecord | None:
        """The record of a session, if it was begun."""
        return self.filter(session=session).select_related("practitioner__resource", "device", "room").first()

    def signed(self) -> SessionRecordQuerySet:
        """Records that never change again."""
        return self.filter(status=RecordStatus.SIGNED)

    def last_signed_of(self, plan: TreatmentPlan) -> SessionRecord | None:
        """What was done last in a plan, with its zones and products."""
        found = self.signed().filter(session__plan=plan).order_by("-session__number")
        return found.prefetch_related("zones", "products__product", "products__lot").first()


@tracked(exclude=("draft",))
class SessionRecord(models.Model):
    """The record of one session. While a draft, `draft` holds the form as typed; signing writes the parts and locks."""

    session = models.OneToOneField(TreatmentSession, on_delete=models.PROTECT, related_name="record")
    status = models.CharField(max_length=10, choices=RecordStatus, default=RecordStatus.DRAFT)
    #: Rises with every save, so that two tablets do not overwrite each other.
    version = models.PositiveIntegerField(default=1)
    draft = models.JSONField(default=dict, blank=True)
    #: Session-level fields of catalogue 2.1 and 2.5 that no part row carries, validated at signing.
    details = models.JSONField(default=dict, blank=True)
    device = models.ForeignKey(
        "clinic.Device", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    practitioner = models.ForeignKey("clinic.Practitioner", on_delete=models.PROTECT, related_name="records")
    room = models.ForeignKey("clinic.Room", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pain_max = models.PositiveSmallIntegerField(_("worst pain, 0–10"), null=True, blank=True)
    observation_minutes = models.PositiveSmallIntegerField(_("observed for, minutes"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="signed", signed_at__isnull=False, signed_by__isnull=False)
                | Q(status="draft", signed_at__isnull=True, signed_by__isnull=True),
                name="record_signed_exactly_when_it_has_a_signature",
            ),
            models.CheckConstraint(
                condition=Q(pain_max__isnull=True) | Q(pain_max__lte=10), name="record_pain_is_zero_to_ten"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="signed"),
            ),
        ]

    def __str__(self) -> str:
        return f"Record of {self.session}"


class SessionRecordStatusChange(StatusChange):
    """Who signed, and when."""

    record = models.ForeignKey(SessionRecord, on_delete=models.CASCADE, related_name="status_changes")


@tracked()
class ZoneRecord(models.Model):
    """What was done in one zone: needling has depth and passes, injection has technique and volume."""

    record = models.ForeignKey(SessionRecord, on_delete=models.CASCADE, related_name="zones")
    zone = models.CharField(max_length=24)
    side = models.CharField(max_length=1, choices=[("L", _("left")), ("R", _("right")), ("M", _("middle"))])
    depth_mm = models.DecimalField(_("depth in mm"), max_digits=4, decimal_places=2, null=True, blank=True)
    passes = models.PositiveSmallIntegerField(_("passes"), null=True, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=20, blank=True)
    technique = models.CharField(_("technique"), max_length=20, blank=True)
    points = models.PositiveSmallIntegerField(_("points"), null=True, blank=True)
    volume_ml = models.DecimalField(_("volume in mL"), max_digits=6, decimal_places=3, null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["record", "zone", "side"], name="zone_recorded_once_per_side"),
        ]
        triggers = [sealed_with_the_record()]

    def __str__(self) -> str:
        return f"{self.zone} {self.side}"


@tracked()
class ProductUse(models.Model):
    """A product used in the session, with its lot: traceability runs from here to the patients of a lot."""

    record = models.ForeignKey(SessionRecord, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="uses")
    lot = models.ForeignKey(Lot, null=True, blank=True, on_delete=models.PROTECT, related_name="uses")
    role = models.CharField(max_length=12, choices=ProductRole)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=3, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lot"], name="product_use_by_lot")]
        triggers = [sealed_with_the_record()]

    def __str__(self) -> str:
        return f"{self.product} in {self.record}"


@tracked()
class Addendum(models.Model):
    """A correction or addition to a signed record: who, when, what. Append-only."""

    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField(_("addendum"))
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "addenda"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.text[:60]


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Which photos."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_CLINICAL) -> PhotoQuerySet:
        """Photos of patients whose clinical facts the user may see."""
        return self.filter(session__plan__patient__in=Patient.objects.visible_to(user, permission))


@tracked()
class Photo(models.Model):
    """A clinical photo: re-encoded, private, served only through a permission."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="photos")
    view = models.CharField(_("view"), max_length=30)
    moment = models.CharField(
        _("moment"),
        max_length=10,
        choices=[("before", _("before")), ("after", _("after")), ("reaction", _("reaction"))],
    )
    #: An adverse reaction has photos of its own; they hang on the session it followed.
    reaction = models.ForeignKey(
        "treatments.AdverseReaction", null=True, blank=True, on_delete=models.PROTECT, related_name="photos"
    )
    image = models.FileField(upload_to="photos/")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["taken_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(moment="reaction", reaction__isnull=False)
                | (~Q(moment="reaction") & Q(reaction__isnull=True)),
                name="photo_of_a_reaction_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view} {self.moment}"

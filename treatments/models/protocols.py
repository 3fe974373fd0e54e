"""What the clinic offers: protocols, their immutable versions, and the shared catalogue tables."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.statuses import StatusChange
from treatments.words import Family, VersionStatus


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    """Which protocols."""

    def offered(self) -> ProtocolQuerySet:
        """Protocols that are switched on and have an active version."""
        return self.filter(is_on=True, versions__status=VersionStatus.ACTIVE)


@tracked()
class Protocol(models.Model):
    """A treatment for an indication. What it says is in its versions."""

    code = models.CharField(max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=120)
    #: What messages call it to the patient: plain words, as the active version says them.
    patient_name = models.CharField(_("name for patients"), max_length=120, blank=True)
    family = models.CharField(max_length=4, choices=Family)
    care_group = models.CharField(max_length=20)
    #: Off for new plans until a clinician has reviewed the active version (BR-01).
    is_on = models.BooleanField(_("offered"), default=False)
    #: Switched off by a person: running plans stop as well. A new version that waits for its review stops no plan
    #: that runs on an older one.
    is_stopped = models.BooleanField(_("stopped"), default=False)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label

    @property
    def name_for_patients(self) -> str:
        """In plain words, as the catalogue writes them; the label where a clinic gave no other name."""
        return self.patient_name or self.label


class ProtocolVersionQuerySet(models.QuerySet["ProtocolVersion"]):
    """Which versions."""

    def active(self) -> ProtocolVersionQuerySet:
        """The version of each protocol that new plans get."""
        return self.filter(status=VersionStatus.ACTIVE)

    def offered(self) -> ProtocolVersionQuerySet:
        """Active versions of protocols that are switched on."""
        return self.active().filter(protocol__is_on=True).select_related("protocol")

    def of_protocol(self, code: str) -> ProtocolVersionQuerySet:
        """The versions of one protocol."""
        return self.filter(protocol__code=code)


@tracked(exclude=("definition",))
class ProtocolVersion(models.Model):
    """One immutable version: the whole definition as a snapshot, so that running plans keep theirs.

    `definition` is the document of `treatments.definitions.ProtocolDefinition`; a trigger refuses to change it once
    the version has left draft.
    """

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=VersionStatus, default=VersionStatus.DRAFT)
    definition = models.JSONField()
    checksum = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ProtocolVersionQuerySet.as_manager()

    class Meta:
        ordering = ["protocol", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["protocol", "number"], name="protocol_version_number_used_once"),
            models.UniqueConstraint(
                fields=["protocol"], condition=Q(status="active"), name="protocol_has_one_active_version"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="definition_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["active", "retired"]),
                func="""
                    IF NEW.definition IS DISTINCT FROM OLD.definition OR NEW.protocol_id <> OLD.protocol_id
                       OR NEW.number <> OLD.number OR NEW.checksum <> OLD.checksum THEN
                        RAISE EXCEPTION 'protocol version % never changes', OLD.id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} v{self.number}"

    @cached_property
    def content(self) -> Any:
        """The definition as a typed value (`ProtocolDefinition`)."""
        from treatments.definitions import ProtocolDefinition

        return ProtocolDefinition.from_document(self.definition)


class ProtocolVersionStatusChange(StatusChange):
    """Who activated or retired a version."""

    protocol_version = models.ForeignKey(
        ProtocolVersion, on_delete=models.CASCADE, related_name="status_changes"
    )


@tracked()
class CatalogueEntry(models.Model):
    """One row of a shared catalogue table (a zone, a wash-out, a scale …) with its source and grade."""

    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=80)
    data = models.JSONField()
    source = models.CharField(max_length=500, blank=True)
    grade = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["kind", "id"]
        verbose_name_plural = "catalogue entries"
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="catalogue_entry_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


@tracked()
class ValueCheck(models.Model):
    """A clinician confirmed or changed one value that needs a check (BR-01): who, when, old, new."""

    protocol_version = models.ForeignKey(
        ProtocolVersion, on_delete=models.CASCADE, related_name="value_checks"
    )
    path = models.CharField(max_length=200)
    old_value = models.JSONField(null=True)
    new_value = models.JSONField(null=True)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["protocol_version", "path"], name="value_checked_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} of {self.protocol_version}"

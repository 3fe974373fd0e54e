"""What can be occupied: the common part of practitioners, rooms and devices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.words import QUALIFICATION_RANK, Qualification, ResourceKind


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Which resources."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> ResourceQuerySet:
        """Resources placed at a location where the user works in a role with the permission."""
        placed = Placement.objects.values("resource")
        return seen_by(user, self, permission, lambda places: Q(pk__in=placed.filter(location__in=places)))

    def at(self, location: Any) -> ResourceQuerySet:
        """Active resources placed at a location."""
        return self.filter(locations=location, is_active=True)

    def of(self, keys: Iterable[int]) -> ResourceQuerySet:
        """The ones with these keys."""
        return self.filter(pk__in=list(keys))

    def of_kind(self, kind: ResourceKind) -> ResourceQuerySet:
        """Practitioners, rooms or devices only."""
        return self.filter(kind=kind)

    def eligible_practitioners(self, minimum: Qualification) -> ResourceQuerySet:
        """Practitioners whose qualification ranks at least as high."""
        enough = [code for code, rank in QUALIFICATION_RANK.items() if rank >= QUALIFICATION_RANK[minimum]]
        return self.filter(kind=ResourceKind.PRACTITIONER, practitioner__qualification__in=enough)


@tracked()
class Resource(models.Model):
    """One practitioner, room or device, as something that a time can be taken from."""

    kind = models.CharField(max_length=20, choices=ResourceKind)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("active"), default=True)
    #: Appointments a day that start with this resource; empty means no limit.
    daily_quota = models.PositiveSmallIntegerField(_("appointments a day at most"), null=True, blank=True)
    locations = models.ManyToManyField(
        "clinic.Location", through="clinic.Placement", related_name="resources"
    )

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Placement(models.Model):
    """A resource is used at a location."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="placements")
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="placements")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "location"], name="resource_placed_once_per_location"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} at {self.location}"


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    """Which practitioners."""

    def at(self, location: Any) -> PractitionerQuerySet:
        """Those who give care at a location now, by name."""
        here = self.filter(resource__locations=location, resource__is_active=True)
        return here.select_related("resource", "user").order_by("resource__name")


@tracked()
class Practitioner(models.Model):
    """A person giving care. `user` is the login, when there is one."""

    resource = models.OneToOneField(
        Resource, primary_key=True, on_delete=models.CASCADE, related_name="practitioner"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="practitioner",
    )
    title = models.CharField(_("title"), max_length=40, blank=True)
    qualification = models.CharField(_("qualification"), max_length=4, choices=Qualification)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    #: Device certificate or lipolysis training; empty date means it does not expire.
    certificates = models.JSONField(_("certificates"), default=dict, blank=True)
    #: One of five colours that colour-blind readers can tell apart (1..5).
    colour = models.PositiveSmallIntegerField(_("colour"), default=1)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(colour__gte=1, colour__lte=5), name="practitioner_colour_is_one_of_five"
            ),
        ]

    def __str__(self) -> str:
        return str(self.resource)

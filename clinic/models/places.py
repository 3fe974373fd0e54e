"""Locations and rooms."""

from __future__ import annotations

import zoneinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clinic.history import tracked
from clinic.models.resources import Resource
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.words import RoomKind


def validate_zone(name: str) -> None:
    """Refuses a zone that this machine's zone data does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("%(name)s is not a time zone; write it like Europe/Berlin."), params={"name": name}
        )


class LocationQuerySet(models.QuerySet["Location"]):
    """Which locations."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> LocationQuerySet:
        """Locations where the user works in a role with the permission."""
        return seen_by(user, self, permission, lambda places: Q(pk__in=places))

    def for_settings(self) -> LocationQuerySet:
        """With people, rooms, devices and hours, in a constant number of queries."""
        return self.select_related("settings").prefetch_related(
            "opening_hours",
            "memberships__user",
            "resources__practitioner__user",
            "resources__room",
            "resources__device__model",
        )


@tracked()
class Location(models.Model):
    """A place where patients are treated, with its own zone, country and language."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    #: What messages say: neutral, without a specialty (an SMS is read over shoulders).
    message_name = models.CharField(_("name in messages"), max_length=40)
    zone = models.CharField(_("time zone"), max_length=40, validators=[validate_zone])
    country = models.CharField(_("country"), max_length=2)
    subdivision = models.CharField(_("state or region"), max_length=6, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=project.LANGUAGES, default="en")
    phone = PhoneNumberField(_("phone"))
    email = models.EmailField(_("e-mail address"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    emergency_number = models.CharField(_("emergency number"), max_length=10, default="112")
    is_active = models.BooleanField(_("active"), default=True)

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        """The zone as a value."""
        return ZoneInfo(self.zone)


@tracked()
class Room(models.Model):
    """A place inside a location where a session happens."""

    resource = models.OneToOneField(Resource, primary_key=True, on_delete=models.CASCADE, related_name="room")
    kind = models.CharField(max_length=20, choices=RoomKind, default=RoomKind.TREATMENT)

    def __str__(self) -> str:
        return str(self.resource)

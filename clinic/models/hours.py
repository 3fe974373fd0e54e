"""Weekly hours as wall time, and dated closures as instants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.words import ClosureKind

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class WeeklyHoursQuerySet(models.QuerySet[Any]):
    """Which weekly rules."""

    def in_force(self, first: date, last: date) -> WeeklyHoursQuerySet:
        """Rules whose validity touches a span of days, both ends included."""
        return self.filter(valid_from__lte=last).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=first)
        )


class WeeklyHours(models.Model):
    """Abstract: one window on one weekday, in wall time of the location.

    Closing at or before opening means past midnight.
    """

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = WeeklyHoursQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["weekday", "opens"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


def _sane(prefix: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=Q(weekday__lte=6), name=f"{prefix}_weekday_is_in_the_week"),
        models.CheckConstraint(condition=~Q(opens=F("closes")), name=f"{prefix}_window_is_not_empty"),
        models.CheckConstraint(
            condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            name=f"{prefix}_validity_is_not_empty",
        ),
    ]


@tracked()
class WorkingHours(WeeklyHours):
    """When a resource works at a location. A room or device without any rule follows the opening hours."""

    resource = models.ForeignKey("clinic.Resource", on_delete=models.CASCADE, related_name="working_hours")
    location = models.ForeignKey("clinic.Location", on_delete=models.CASCADE, related_name="+")

    class Meta(WeeklyHours.Meta):
        constraints = _sane("working_hours")


@tracked()
class OpeningHours(WeeklyHours):
    """When a location is open: nobody is treated outside."""

    location = models.ForeignKey("clinic.Location", on_delete=models.CASCADE, related_name="opening_hours")

    class Meta(WeeklyHours.Meta):
        constraints = _sane("opening_hours")


class ClosureQuerySet(models.QuerySet["Closure"]):
    """Which closures."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> ClosureQuerySet:
        """Closures at a location where the user works in a role with the permission."""
        return seen_by(user, self, permission)

    def standing(self) -> ClosureQuerySet:
        """Closures that have not been lifted."""
        return self.filter(lifted_at__isnull=True)

    def touching(self, start: datetime, end: datetime) -> ClosureQuerySet:
        """Closures that overlap a half-open period."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


@tracked()
class Closure(models.Model):
    """A dated exception: one resource is away, or (without a resource) the whole location is closed."""

    location = models.ForeignKey("clinic.Location", on_delete=models.CASCADE, related_name="closures")
    resource = models.ForeignKey(
        "clinic.Resource", null=True, blank=True, on_delete=models.CASCADE, related_name="closures"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ClosureKind)
    label = models.CharField(_("label"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="closure_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | Q(lifted_at__isnull=False),
                name="closure_lifted_by_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["location", "starts_at", "ends_at"], name="closure_by_location_and_time")
        ]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()

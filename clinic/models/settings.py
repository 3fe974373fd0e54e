"""What a location has decided: quiet hours, notice, cadence. One row each."""

from datetime import time
from typing import Any

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.history import tracked


def default_reminders() -> list[dict[str, Any]]:
    """Two days before at 10:00, and three hours before: as the desk would phone."""
    return [
        {"code": "R_2D", "days_before": 2, "at": "10:00", "channel": "preferred"},
        {"code": "R_3H", "hours_before": 3, "channel": "sms"},
    ]


@tracked()
class ClinicSettings(models.Model):
    """The choices of a location. Times are wall time there."""

    location = models.OneToOneField(
        "clinic.Location", primary_key=True, on_delete=models.CASCADE, related_name="settings"
    )
    #: Catalogue 5.2: messages respect 08:00–21:00 local time (grade D).
    quiet_from = models.TimeField(_("quiet hours from"), default=time(21))
    quiet_until = models.TimeField(_("quiet hours until"), default=time(8))
    slot_minutes = models.PositiveSmallIntegerField(_("starts every … minutes"), default=15)
    hold_minutes = models.PositiveSmallIntegerField(_("a hold lasts … minutes"), default=10)
    notice_minutes = models.PositiveIntegerField(_("notice in minutes"), default=0)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead that can be booked"), default=365)
    undo_seconds = models.PositiveSmallIntegerField(_("undo window in seconds"), default=10)
    idle_minutes = models.PositiveSmallIntegerField(_("sign out after … idle minutes"), null=True, blank=True)
    reminders = models.JSONField(_("reminders"), default=default_reminders)
    #: Message rules that this location has switched off, by code.
    muted_rules = models.JSONField(_("muted rules"), default=list, blank=True)

    #: Message rules that are off at first and that this location has switched on, by code.
    opened_rules = models.JSONField(_("opened rules"), default=list, blank=True)
    #: Where patients may write what they think; without it nobody is asked.
    review_url = models.CharField(
        _("page for opinions"), max_length=200, blank=True, validators=[URLValidator(["https"])]
    )

    class Meta:
        verbose_name_plural = "clinic settings"
        constraints = [
            models.CheckConstraint(
                condition=Q(slot_minutes__in=[5, 10, 15, 20, 30, 60]), name="slot_minutes_divide_the_hour"
            ),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=1, hold_minutes__lte=60), name="hold_lasts_a_minute_to_an_hour"
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=730), name="horizon_is_at_most_two_years"
            ),
        ]

    def __str__(self) -> str:
        return f"Settings of {self.location}"

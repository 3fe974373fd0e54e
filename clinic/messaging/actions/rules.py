"""A location switches a rule on or off: it holds at once, also for what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.messaging.actions.outbox import call_back
from clinic.messaging.models import Message
from clinic.messaging.nudging import replan_after_commit
from clinic.messaging.rules import ALWAYS_ON, OFF_AT_FIRST, known_codes
from clinic.messaging.words import Reason
from clinic.models import ClinicSettings, Location


@transaction.atomic
def switch_rule(location: Location, code: str, *, is_on: bool, by: Any, now: datetime) -> int:
    """Switches a rule or a kind; gives how many planned messages were called back.

    What is switched on again is planned right after the commit, as far as it is still useful (by the hourly healing,
    where the broker is away). Refused for what the location does not know, and for messages that are always sent.
    """
    if code in ALWAYS_ON:
        raise DomainError("always_on", _("This message is always sent."))
    if code not in known_codes(location):
        raise DomainError("unknown_rule", _("There is no such rule here."))
    settings = _settings(location)
    settings.muted_rules = _with(settings.muted_rules, code, is_in=not is_on)
    settings.opened_rules = _with(settings.opened_rules, code, is_in=is_on and code in OFF_AT_FIRST)
    settings.save(update_fields=["muted_rules", "opened_rules"])
    if is_on:
        replan_after_commit(location.pk)
        return 0
    return _call_back(location, code, now=now, by=by)


def _settings(location: Location) -> ClinicSettings:
    ClinicSettings.objects.get_or_create(location=location)
    return ClinicSettings.objects.select_for_update().get(location=location)


def _with(codes: list[str], code: str, *, is_in: bool) -> list[str]:
    rest = [one for one in codes if one != code]
    return [*rest, code] if is_in else rest


def _call_back(location: Location, code: str, *, now: datetime, by: Any) -> int:
    silenced = Message.objects.at(location).unsent().filter(Q(rule=code) | Q(kind=code), is_from_rule=True)
    rows = silenced.exclude(kind__in=ALWAYS_ON).select_for_update(of=("self",)).order_by("id")
    return sum(call_back(row, Reason.MUTED, now=now, by=by) for row in rows)

"""What is looked after regularly: holds that lapsed, offers that nobody answered, freed time for those who wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bookings.actions.forgetting import forget_choices
from bookings.actions.leaving import release_lapsed
from bookings.actions.offering import offer_freed
from bookings.actions.waiting import lapse_due
from clinic.messaging.jobs import Every, register_job


def let_go(now: datetime) -> Mapping[str, int]:
    """Every minute: offers first, so that their time goes to the next before it is simply free."""
    return {"offers": lapse_due(now=now), "holds": release_lapsed(now=now)}


def offer(now: datetime) -> Mapping[str, int]:
    """Every hour: whoever waits gets what has become free by any way."""
    return {"offered": offer_freed(now=now)}


def forget(now: datetime) -> Mapping[str, int]:
    """Every day: times that were read out on the phone, and not taken, do not pile up."""
    return {"choices": forget_choices(now=now)}


def register_jobs() -> None:
    """Called when the apps are ready."""
    register_job("bookings-let-go", Every.MINUTE, let_go, is_atomic=False)
    register_job("bookings-forget-choices", Every.DAY, forget, is_atomic=False)
    register_job("bookings-offer-freed-time", Every.HOUR, offer, is_atomic=False)

"""Taking time from resources and patients: lock, look, write. Measured: in this order nothing deadlocks.

Sorted advisory locks come first, so two writers who want the same time wait for each other in one queue; then
one index probe per wanted period; then one statement that inserts everything. The exclusion constraints have the
last word for whoever comes another way (admin, raw SQL). Everything here runs inside the caller's transaction.

Most changes lock a resource as a whole. A plain booking only shares it and locks the half hours that it wants, so
that two bookings of the same day do not wait for each other's commit. Whoever shares a resource must not lock it as
a whole later in the same transaction: two who did would wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bookings import claim_sql
from bookings.models import Appointment
from bookings.quotas import DayQuota, full_days
from bookings.visits import SpanClaim
from clinic.prepared import listed, prepared_rows

#: Namespaces of the advisory locks, in the order in which they are taken.
RESOURCES, PATIENTS, DESKS, TIMES = 1, 2, 3, 4
LOCK_TIMEOUT = "3s"
_HALF_HOUR = 1800
#: Advisory locks take two 32-bit numbers; beyond that two ids may share a lock, which only makes them wait.
_KEYS = 2_147_483_647


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Something in the way: a claim of a resource, another appointment of the patient, one of the same session, or
    a day on which a resource has its number of appointments.

    `what` is "claim", "patient", "session" or "quota"; `owner` the id of the resource, patient or session.
    """

    what: str
    owner: int
    start: datetime
    end: datetime
    appointment: int | None
    closure: int | None
    has_lapsed: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """What one appointment takes: the patient for its time, the claims, and places of the day that are counted."""

    patient: int
    start: datetime
    end: datetime
    claims: Sequence[SpanClaim]
    session: int | None = None
    quotas: tuple[DayQuota, ...] = ()


def lock_and_look(
    takings: Iterable[Taking],
    *,
    now: datetime,
    also: Iterable[int] = (),
    without: Iterable[int] = (),
) -> list[InTheWay]:
    """Locks every resource and patient of the takings (and `also`, further resources), then says what is in the way.

    Whoever is in the way already needs no lock to be told so: a crowd does not queue for a "no". The look that decides
    comes after the wait, so it sees whatever was committed meanwhile. `without` are appointments of the caller's own
    that are about to leave. More than three seconds of waiting is refused by PostgreSQL (55P03).
    """
    wanted = list(takings)
    keys = keys_of(wanted) | {(RESOURCES, resource % _KEYS) for resource in also}
    facts = _look_facts(wanted, without, now)
    found = _look(facts)
    if any(not way.has_lapsed for way in found):
        return found
    _lock(keys)
    return [*_look(facts), *_full(wanted, without, now)]


def look_for_quotas(taking: Taking, *, now: datetime, without: Iterable[int]) -> list[InTheWay]:
    """Where the day is full for what a taking wants. Right only when its resources are locked."""
    return _full([taking], without, now)


def _full(takings: Sequence[Taking], without: Iterable[int], now: datetime) -> list[InTheWay]:
    quotas = [quota for taking in takings for quota in taking.quotas]
    found = full_days(quotas, now=now, without=without)
    return [InTheWay("quota", owner, start, end, None, None, False) for owner, start, end in found]


def look(takings: Iterable[Taking], *, now: datetime, without: Iterable[int] = ()) -> list[InTheWay]:
    """What is in the way right now, without any lock: to tell, not to decide."""
    wanted = list(takings)
    return _look(_look_facts(wanted, without, now))


def keys_of(takings: Sequence[Taking]) -> set[tuple[int, int]]:
    resources = {(RESOURCES, claim.resource % _KEYS) for taking in takings for claim in taking.claims}
    return resources | {(PATIENTS, taking.patient % _KEYS) for taking in takings}


def half_hours_of(claims: Sequence[SpanClaim]) -> set[tuple[int, int]]:
    """The half hours that the claims touch: claims of a resource that overlap have one in common."""
    return {
        (TIMES, (claim.resource * 1_000_003 + half_hour) % _KEYS)
        for claim in claims
        for half_hour in range(
            int(claim.start.timestamp()) // _HALF_HOUR, -(int(-claim.end.timestamp()) // _HALF_HOUR)
        )
    }


def _look_facts(takings: Sequence[Taking], without: Iterable[int], now: datetime) -> dict[str, Any]:
    return {
        **columns_of([claim for taking in takings for claim in taking.claims]),
        "patients": listed(taking.patient for taking in takings),
        "from": listed(taking.start for taking in takings),
        "until": listed(taking.end for taking in takings),
        "sessions": listed(taking.session for taking in takings if taking.session),
        "without": listed(without),
        "now": now,
    }


def _look(facts: dict[str, Any]) -> list[InTheWay]:
    return [InTheWay(*row) for row in prepared_rows(claim_sql.LOOK, facts)]


def lock(resources: Iterable[int], patients: Iterable[int] = ()) -> None:
    """Locks without looking: for changes that only give time back."""
    keys = {(RESOURCES, one % _KEYS) for one in resources} | {(PATIENTS, one % _KEYS) for one in patients}
    _lock(keys)


def lock_desk(desk: str) -> None:
    """One after the other for what one desk does with its choices; to be taken before any other lock."""
    prepared_rows(
        "SELECT pg_advisory_xact_lock(%(space)s, hashtext(%(desk)s))", {"space": DESKS, "desk": desk}
    )


def _lock(keys: set[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(claim_sql.LOCK, lock_facts(keys))


def columns_of(claims: Sequence[SpanClaim]) -> dict[str, str]:
    return {
        "resources": listed([claim.resource for claim in claims]),
        "starts": listed([claim.start for claim in claims]),
        "ends": listed([claim.end for claim in claims]),
    }


def lock_facts(keys: set[tuple[int, int]]) -> dict[str, Any]:
    ordered = sorted(keys)
    return {
        "timeout": LOCK_TIMEOUT,
        "spaces": listed([space for space, _ in ordered]),
        "ids": listed([key for _, key in ordered]),
    }


def span_claims(appointment: Appointment) -> list[SpanClaim]:
    """The claims of an appointment as values."""
    return [
        SpanClaim(resource, start, end)
        for resource, start, end in appointment.claims.order_by("starts_at", "id").values_list(
            "resource_id", "starts_at", "ends_at"
        )
    ]


def taking_of(appointment: Appointment, claims: Sequence[SpanClaim]) -> Taking:
    """What an appointment takes at its present time."""
    return Taking(
        appointment.patient_id,
        appointment.starts_at,
        appointment.ends_at,
        claims,
        appointment.treatment_session_id,
    )

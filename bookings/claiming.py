"""Taking time from resources and patients: lock, look, write. Measured: in this order nothing deadlocks.

Sorted advisory locks come first, so two writers who want the same resource wait for each other in one queue; then
one index probe per wanted period; then one statement that inserts everything. The exclusion constraints have the
last word for whoever comes another way (admin, raw SQL). Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bookings.models import Appointment
from bookings.visits import SpanClaim
from clinic.prepared import prepared_rows

#: Namespaces of the advisory locks.
RESOURCES, PATIENTS = 1, 2
LOCK_TIMEOUT = "3s"

_LOCK = """
    SELECT set_config('lock_timeout', %(timeout)s, true);
    SELECT pg_advisory_xact_lock(space, id)
      FROM unnest(%(spaces)s::int[], %(ids)s::int[]) AS wanted(space, id)
"""
_LOOK = """
    SELECT 'claim', c.resource_id, c.starts_at, c.ends_at, c.appointment_id, c.closure_id,
           a.id IS NOT NULL AND a.status = 'held' AND a.held_until <= %(now)s
      FROM unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
           AS wanted(resource, starts_at, ends_at)
     CROSS JOIN LATERAL (
           SELECT * FROM bookings_claim
            WHERE resource_id = wanted.resource
              AND tstzrange(starts_at, ends_at, '[)') && tstzrange(wanted.starts_at, wanted.ends_at, '[)')) AS c
      LEFT JOIN bookings_appointment a ON a.id = c.appointment_id
     WHERE NOT coalesce(c.appointment_id = ANY(%(without)s::bigint[]), false)
    UNION ALL
    SELECT 'patient', a.patient_id, a.starts_at, a.ends_at, a.id, NULL,
           a.status = 'held' AND a.held_until <= %(now)s
      FROM unnest(%(patients)s::bigint[], %(from)s::timestamptz[], %(until)s::timestamptz[])
           AS wanted(patient, starts_at, ends_at)
     CROSS JOIN LATERAL (
           SELECT * FROM bookings_appointment
            WHERE patient_id = wanted.patient AND status IN ('held', 'booked', 'arrived', 'fulfilled')
              AND tstzrange(starts_at, ends_at, '[)') && tstzrange(wanted.starts_at, wanted.ends_at, '[)')) AS a
     WHERE NOT a.id = ANY(%(without)s::bigint[])
    UNION ALL
    SELECT 'session', a.treatment_session_id, a.starts_at, a.ends_at, a.id, NULL,
           a.status = 'held' AND a.held_until <= %(now)s
      FROM bookings_appointment a
     WHERE a.treatment_session_id = ANY(%(sessions)s::bigint[])
       AND a.status IN ('held', 'booked', 'arrived', 'fulfilled')
       AND NOT a.id = ANY(%(without)s::bigint[])
"""
_INSERT = """
    WITH made AS (
        INSERT INTO bookings_appointment
               (patient_id, location_id, treatment_session_id, kind, status, starts_at, ends_at, held_until,
                version, agreement, agreed_version, agreed_at, is_told,
                cancel_reason, cancelled_by_patient, note, choice_of, created_at, created_by_id)
        VALUES (%(patient)s, %(location)s, %(session)s, %(kind)s, %(status)s, %(starts_at)s, %(ends_at)s,
                %(held_until)s, 1, 'booked', 1, %(now)s, %(is_told)s, '', false, %(note)s, %(choice_of)s, %(now)s,
                %(by)s)
        RETURNING id
    ), claimed AS (
        INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id, appointment_version)
        SELECT wanted.resource, wanted.starts_at, wanted.ends_at, made.id, 1
          FROM made, unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
               AS wanted(resource, starts_at, ends_at)
    ), noted AS (
        INSERT INTO bookings_appointmentstatuschange
               (appointment_id, from_status, to_status, changed_at, changed_by_id, reason)
        SELECT made.id, '', %(status)s, %(now)s, %(by)s, '' FROM made
    )
    SELECT id FROM made
"""


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Something in the way: a claim of a resource, another appointment of the patient, or one of the same session.

    `what` is "claim", "patient" or "session"; `owner` the id of the resource, patient or session.
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
    """What one appointment takes: the patient for its time, and the claims."""

    patient: int
    start: datetime
    end: datetime
    claims: Sequence[SpanClaim]
    session: int | None = None


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
    claims = [claim for taking in wanted for claim in taking.claims]
    facts = _facts(wanted, claims, without=without, now=now)
    keys = {(RESOURCES, _key(claim.resource)) for claim in claims}
    keys |= {(RESOURCES, _key(resource)) for resource in also}
    keys |= {(PATIENTS, _key(taking.patient)) for taking in wanted}
    found = _look(facts)
    if any(not way.has_lapsed for way in found):
        return found
    _lock(keys)
    return _look(facts)


def look(takings: Iterable[Taking], *, now: datetime, without: Iterable[int] = ()) -> list[InTheWay]:
    """What is in the way right now, without any lock: to tell, not to decide."""
    wanted = list(takings)
    claims = [claim for taking in wanted for claim in taking.claims]
    return _look(_facts(wanted, claims, without=without, now=now))


def _facts(
    wanted: Sequence[Taking], claims: Sequence[SpanClaim], *, without: Iterable[int], now: datetime
) -> dict[str, Any]:
    return {
        **_columns(claims),
        "patients": [taking.patient for taking in wanted],
        "from": [taking.start for taking in wanted],
        "until": [taking.end for taking in wanted],
        "sessions": [taking.session for taking in wanted if taking.session],
        "without": list(without),
        "now": now,
    }


def _look(facts: dict[str, Any]) -> list[InTheWay]:
    return [InTheWay(*row) for row in prepared_rows(_LOOK, facts)]


def lock(resources: Iterable[int], patients: Iterable[int] = ()) -> None:
    """Locks without looking: for changes that only give time back."""
    keys = {(RESOURCES, _key(one)) for one in resources} | {(PATIENTS, _key(one)) for one in patients}
    _lock(keys)


def _lock(keys: set[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, _lock_facts(keys))


def insert(
    *,
    taking: Taking,
    location: int,
    kind: str,
    status: str,
    held_until: datetime | None,
    note: str,
    is_told: bool,
    by: int | None,
    now: datetime,
    choice_of: str = "",
) -> int:
    """Inserts the appointment, its claims and its status row in one statement; gives the appointment's id."""
    facts = {
        "patient": taking.patient,
        "location": location,
        "session": taking.session,
        "kind": str(kind),
        "status": str(status),
        "starts_at": taking.start,
        "ends_at": taking.end,
        "held_until": held_until,
        "note": note,
        "choice_of": choice_of,
        "is_told": is_told,
        "now": now,
        "by": by,
        **_columns(taking.claims),
    }
    return int(_last_rows(_INSERT, facts)[0][0])


def claim(appointment: Appointment, claims: Sequence[SpanClaim]) -> None:
    """Inserts claims for an appointment that is already there."""
    _claim({"appointment": appointment.pk, "closure": None, "version": appointment.version}, claims)


def claim_for_closure(closure: int, claims: Sequence[SpanClaim]) -> None:
    """Inserts claims for a closure."""
    if claims:
        _claim({"appointment": None, "closure": closure, "version": 0}, claims)


def _claim(owner: Mapping[str, int | None], claims: Sequence[SpanClaim]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO bookings_claim
                   (resource_id, starts_at, ends_at, appointment_id, closure_id, appointment_version)
            SELECT resource, starts_at, ends_at, %(appointment)s, %(closure)s, %(version)s
              FROM unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
                   AS wanted(resource, starts_at, ends_at)
            """,
            {**owner, **_columns(claims)},
        )


def _columns(claims: Sequence[SpanClaim]) -> dict[str, list[Any]]:
    return {
        "resources": [claim.resource for claim in claims],
        "starts": [claim.start for claim in claims],
        "ends": [claim.end for claim in claims],
    }


def _lock_facts(keys: set[tuple[int, int]]) -> dict[str, Any]:
    ordered = sorted(keys)
    return {
        "timeout": LOCK_TIMEOUT,
        "spaces": [space for space, _ in ordered],
        "ids": [key for _, key in ordered],
    }


def _key(pk: int) -> int:
    """Advisory locks take two 32-bit numbers; beyond that two ids may share a lock, which only makes them wait."""
    return pk % 2_147_483_647


def _last_rows(sql: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        while cursor.nextset():
            pass
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


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

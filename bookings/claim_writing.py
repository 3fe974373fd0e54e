"""Writing what takes time: an appointment with its claims, or claims for one that is there, or for a closure.

Whoever writes has locked and looked (`bookings.claiming`), or does all three in one statement (`insert_if_free`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bookings import claim_sql
from bookings.claiming import Taking, columns_of, half_hours_of, keys_of, lock_facts
from bookings.models import Appointment
from bookings.visits import SpanClaim
from clinic.prepared import Along, prepared_write
from clinic.questions import Asked, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """What an appointment that is made says besides what it takes."""

    location: int
    kind: str
    status: str
    held_until: datetime | None
    note: str
    is_told: bool
    by: int | None
    now: datetime
    #: The search whose choices a hold is one of; empty for anything else.
    choice_of: str = ""
    #: A number that was drawn before; without one the row gets the next.
    number: int | None = None


_NUMBER = Question("SELECT nextval('bookings_appointment_id_seq')", columns="number")


def number_question() -> Asked:
    """What `draw_number` asks, for who asks several things at once."""
    return _NUMBER, {}


def draw_number() -> int:
    """The id of an appointment to come, for who must know it before the row is there; a refusal leaves a gap."""
    return int(_NUMBER.rows({})[0][0])


def insert(taking: Taking, row: NewRow, along: Sequence[Along] = ()) -> int:
    """Inserts the appointment, its claims and its status row in one statement; gives the appointment's id."""
    return int(prepared_write(claim_sql.INSERT, _facts(taking, row), along)[0][0])


def insert_if_free(taking: Taking, row: NewRow, along: Sequence[Along] = ()) -> int | None:
    """The same with looking and locking in the same statement; None when anything is in the way, lapsed holds too.

    Shares the resources and locks the wanted half hours; None holds no lock. Whoever takes the time between the look
    and the lock is met by the database: an IntegrityError, as for a race.
    """
    facts = {
        **_facts(taking, row),
        **lock_facts(keys_of([taking]) | half_hours_of(taking.claims)),
    }
    made = prepared_write(claim_sql.INSERT_IF_FREE, facts, along)
    return int(made[0][0]) if made else None


def _facts(taking: Taking, row: NewRow) -> dict[str, Any]:
    return {
        "id": row.number,
        "patient": taking.patient,
        "session": taking.session,
        "starts_at": taking.start,
        "ends_at": taking.end,
        "location": row.location,
        "kind": str(row.kind),
        "status": str(row.status),
        "held_until": row.held_until,
        "note": row.note,
        "is_told": row.is_told,
        "now": row.now,
        "by": row.by,
        "choice_of": row.choice_of,
        **columns_of(taking.claims),
    }


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
            {**owner, **columns_of(claims)},
        )

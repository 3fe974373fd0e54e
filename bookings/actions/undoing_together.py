"""Undo of several moves that were one: all go back, or none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import claim_writing
from bookings.actions.changing import locked_all
from bookings.actions.leaving import cancel, give_back, resources_of
from bookings.actions.moving import constraints_later, visit_for
from bookings.actions.taking import clear_the_way
from bookings.actions.telling import tell
from bookings.actions.undoing import GoingBack, check_undo, going_back, restore
from bookings.care import anchors_of
from bookings.models import Appointment
from bookings.nudging import nudge_waiting_after_commit
from bookings.problems import rule_problems
from bookings.refusals import Refused
from bookings.units import unit
from bookings.words import AppointmentStatus, CancelReason
from clinic.errors import Blocker, NeedsApproval
from clinic.timekeeping import local_day


@unit
def undo_together(*, versions: Mapping[int, int], by: Any, now: datetime) -> list[Appointment]:
    """Takes back what was moved, or newly booked, in one step: appointment → the version that the step gave it.

    Refused whole when one of them was changed since (`Stale`), when an old time is taken (`Taken`) or no longer
    allowed with the others back where they were.
    """
    rows = list(Appointment.objects.for_change().of(versions).order_by("pk"))
    if not rows or len(rows) != len(versions):
        raise Refused("nothing_to_undo", _("There is nothing to undo."))
    new = [row for row in rows if row.version == versions[row.pk] == 1]
    for row in new:
        cancel(appointment=row, reason=CancelReason.OTHER, by=by, now=now, version=1, note=_("undone"))
    moved = [going_back(row) for row in rows if row not in new]
    _move_back(moved, versions, by=by, now=now)
    return rows


def _move_back(found: Sequence[GoingBack], versions: Mapping[int, int], *, by: Any, now: datetime) -> None:
    if not found:
        return
    leaving = [one.row.pk for one in found]
    wanted = [claim for one in found for claim in one.wanted]
    clear_the_way(
        [one.taking for one in found],
        now=now,
        also=resources_of([one.row for one in found]),
        without=leaving,
    )
    rows = locked_all({pk: versions[pk] for pk in leaving})
    for one in found:
        check_undo(rows[one.row.pk], one.before, now)
    _refuse(found, leaving, now)
    give_back(leaving, taken_again=wanted)
    with constraints_later(is_needed=len(found) > 1):
        for one in found:
            row = rows[one.row.pk]
            restore(row, one.before, by=by, now=now)
            claim_writing.claim(row, one.wanted)
            tell(row, by=by, now=now)
    nudge_waiting_after_commit(*(row.location_id for row in rows.values()))


def _refuse(found: Sequence[GoingBack], leaving: Sequence[int], now: datetime) -> None:
    """Every session on its old day, with the others on theirs; times that have passed are not asked again."""
    for one in found:
        if one.before.status != AppointmentStatus.BOOKED:
            raise Refused("nothing_to_undo", _("This can no longer be undone: change it instead."))
        if one.before.starts_at < now:
            continue
        visit = visit_for(one.row)
        problems = rule_problems(
            visit,
            start=one.before.starts_at,
            chosen={},
            now=now,
            without=leaving,
            anchors=_anchors(one, found, leaving, now),
        )
        against = tuple(problem for problem in problems if isinstance(problem, Blocker | NeedsApproval))
        if against:
            raise Refused("rules", str(against[0].sentence), problems=against)


def _anchors(
    one: GoingBack, found: Sequence[GoingBack], leaving: Sequence[int], now: datetime
) -> dict[int, date] | None:
    """Session number → the day it is booked for once all are back; None for a visit without a series."""
    session = one.row.treatment_session
    if session is None:
        return None
    back = {
        other.row.treatment_session.number: local_day(other.before.starts_at, other.row.location.tz)
        for other in found
        if other.row.treatment_session is not None and other.row.treatment_session.plan_id == session.plan_id
    }
    return anchors_of(session.plan, now=now, without=leaving) | back

"""A series while somebody picks its times: what was picked stays, the rest follows, and what cannot hold says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.actions.series import UNMET, ChosenTime, Proposal, described, propose_series, stopping
from bookings.assignment import Slot
from bookings.candidates import PickedSession
from bookings.courses import Paper, course_of, lay_out
from bookings.planner import Planner
from bookings.series import PlannedSession, SeriesPlan, Standing, Unmet, Wishes
from treatments.models import TreatmentPlan


@dataclass(frozen=True)
class Draft:
    """A proposal around what was picked: the numbers that stand as picked, and a sentence for each that does not."""

    proposal: Proposal
    picked: frozenset[int] = frozenset()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picks:
    """What stood on the page (number → time), which of it somebody picked, and which they picked last."""

    shown: Mapping[int, ChosenTime]
    picked: frozenset[int] = frozenset()
    changed: int | None = None


def draft_series(
    plan: TreatmentPlan, picks: Picks, *, wishes: Wishes, now: datetime, alternatives: int = 4
) -> Draft:
    """The cheapest dates around the picks. What stood before the last pick stays, what comes after it follows.

    Nothing is held or written. A pick that is no longer free, or that leaves no time for the others, is let go with a
    reason; the other times of a session are those at which the sessions before it may stay.
    """
    course = course_of(plan, now=now)
    if tuple(stopping(course)) or set(course.visits) <= set(course.standing):
        return Draft(propose_series(plan, wishes=wishes, now=now, alternatives=0))
    paper = lay_out(course, wishes=wishes)
    planner = Planner(paper.supply, wishes=wishes)
    shown = {number: time for number, time in picks.shown.items() if _is_free(paper, planner, number, time)}
    lost = sorted(picks.picked - set(shown))
    known = replace(picks, shown=shown, picked=picks.picked & set(shown))
    kept, sessions, found, unmet = _first_that_holds(paper, planner, known)
    if isinstance(found, Unmet):
        return Draft(propose_series(plan, wishes=wishes, now=now, alternatives=0))
    others = _others(planner, sessions, found, alternatives)
    proposal = Proposal(plan, tuple(described(course, found, others)), cost=found.cost)
    told = (*map(_taken, lost), *_let_go(known, kept, unmet))
    return Draft(proposal, _wanted(known) & kept, told)


def _is_free(paper: Paper, planner: Planner, number: int, time: ChosenTime) -> bool:
    """Whether a session could be at a time that stood on the page, the others set aside."""
    one = next((one for one in paper.sessions if one.number == number and not one.is_done), None)
    if one is None:
        return False
    (candidates,) = planner.candidates([_at(one, time)])
    return isinstance(candidates, PickedSession) and bool(candidates.days)


def _at(session: PlannedSession, time: ChosenTime) -> PlannedSession:
    return replace(session, picked=Standing(time.starts_at, time.assignment))


def _first_that_holds(
    paper: Paper, planner: Planner, picks: Picks
) -> tuple[frozenset[int], list[PlannedSession], SeriesPlan | Unmet, Unmet | None]:
    """The numbers that stand, the sessions and their plan; and what stood against all of the picks, if anything."""
    first: Unmet | None = None
    for kept in _attempts(picks):
        sessions = [
            _at(one, picks.shown[one.number]) if one.number in kept else one for one in paper.sessions
        ]
        found = planner.plan(sessions)
        if not isinstance(found, Unmet):
            break
        first = first or found
    return kept, sessions, found, first


def _attempts(picks: Picks) -> Iterator[frozenset[int]]:
    """Which of the shown times are to stand, the most wished first; at last none."""
    shown, picked, changed = frozenset(picks.shown), picks.picked, picks.changed
    if changed in shown and changed is not None:
        before = frozenset(number for number in shown if number < changed)
        yield before | picked | {changed}
        yield before | {changed}
        yield (picked & before) | {changed}
        yield frozenset({changed})
        yield (before | picked) - {changed}
    yield picked
    yield frozenset()


def _taken(number: int) -> str:
    return _("The time that was picked for session %(number)d is taken meanwhile.") % {"number": number}


def _let_go(picks: Picks, kept: frozenset[int], unmet: Unmet | None) -> Iterator[str]:
    """Why a pick does not stand."""
    for number in sorted(_wanted(picks) - kept):
        if number != picks.changed:
            yield _("Session %(number)d follows: what was picked for it no longer fits.") % {"number": number}
        else:
            yield f"{_('Session %(number)d cannot be then.') % {'number': number}} {_because(unmet, number)}".strip()


def _wanted(picks: Picks) -> frozenset[int]:
    """The numbers that somebody picked, the last pick among them when it is free."""
    return picks.picked | ({picks.changed} & picks.shown.keys() if picks.changed else frozenset())


def _because(unmet: Unmet | None, number: int) -> str:
    if unmet is None:
        return ""
    if unmet.number == number:
        return _("It would be too near to another session of the series, or too far from it.")
    return UNMET[unmet.code]() % {"number": unmet.number}


def _others(
    planner: Planner, sessions: Iterable[PlannedSession], found: SeriesPlan, limit: int
) -> dict[int, tuple[Slot, ...]]:
    listed = list(sessions)
    return {
        one.number: tuple(
            other.slot
            for other in planner.alternatives_before(listed, found, one.number, limit)
            if other.slot
        )
        for one in found.sessions
        if one.slot is not None
    }

"""May it be booked, and if not why: one list of reasons for pages, API, import, admin and planner.

P1 and P2 stop everybody. Hours, notice, horizon and quotas stop a patient and warn the desk: warnings are not walls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.availability import Demand, ObstacleCode
from bookings.care import care_problems
from bookings.house import ROLE_OF_KIND, chosen_at
from bookings.models import Appointment
from bookings.obstacles import Obstacle, why_not
from bookings.refusals import SENTENCES, Refused
from bookings.slots import Market, market, settings_of
from bookings.supply import first_start, last_start
from bookings.timegrid import CELL_MINUTES
from bookings.visits import Visit
from clinic.errors import Blocker, NeedsApproval, Problem, Warning
from clinic.models import Closure, Location
from clinic.timekeeping import local_day

#: Reasons that the desk may set aside; a patient may not.
SOFT = frozenset(
    {
        ObstacleCode.OUTSIDE_HOURS,
        ObstacleCode.OUTSIDE_OPENING,
        ObstacleCode.QUOTA,
        ObstacleCode.BEFORE_NOTICE,
        ObstacleCode.PAST_HORIZON,
        ObstacleCode.NOT_ON_STEP,
    }
)
#: How long ago a visit may have begun when it is entered.
LATE_ENTRY = timedelta(hours=1)


def problems_for(
    visit: Visit,
    *,
    start: datetime,
    now: datetime,
    chosen: Mapping[str, int] | None = None,
    by: Any = None,
    without: Iterable[int] = (),
    anchors: Mapping[int, date] | None = None,
) -> list[Problem]:
    """Every reason against a visit at a start, worst first: care, then time; an empty list when it can be booked.

    `chosen` asks about these resources only. `by` is the member of staff, None for the patient. `without` are
    appointments that would leave (the one being moved). Each problem carries from when on it no longer holds.
    """
    found = rule_problems(visit, start=start, chosen=chosen or {}, now=now, without=without, anchors=anchors)
    found += _booked_already(visit, now=now, without=without)
    found += availability_problems(visit, start=start, now=now, chosen=chosen, by=by, without=without)
    order = (Blocker, NeedsApproval, Warning)
    return sorted(found, key=lambda problem: order.index(type(problem)))


def _booked_already(visit: Visit, *, now: datetime, without: Iterable[int]) -> Iterator[Problem]:
    """A session has one appointment: whoever wants another time for it moves that one."""
    if visit.session is None:
        return
    standing = Appointment.objects.occupying().of_session(visit.session).exclude(pk__in=list(without))
    if standing.exclude(pk__in=Appointment.objects.lapsed(now).values("pk")).exists():
        code, sentence = SENTENCES["treatment_session_has_one_occupying_appointment"]
        yield Blocker(code=code, sentence=str(sentence))


def is_past_quota(problems: Iterable[Problem]) -> bool:
    """Whether a day's number is among the reasons: who was shown it and goes on sets it aside."""
    return any(problem.code == ObstacleCode.QUOTA for problem in problems)


def refuse(
    visit: Visit,
    *,
    start: datetime,
    chosen: Mapping[str, int],
    by: Any,
    now: datetime,
    without: Iterable[int] = (),
    anchors: Mapping[int, date] | None = None,
) -> None:
    """Raises `Refused` with every blocking problem of care and eligibility; for a patient those of time as well."""
    found = rule_problems(
        visit, start=start, chosen=chosen, now=now, without=without, anchors=anchors, with_remarks=False
    )
    if by is None:
        found += [
            problem
            for problem in availability_problems(
                visit, start=start, now=now, chosen=chosen, by=None, without=without
            )
            if problem.code not in (ObstacleCode.TAKEN, ObstacleCode.PATIENT_BUSY)
        ]
    stopping = [problem for problem in found if isinstance(problem, Blocker | NeedsApproval)]
    if stopping:
        raise Refused("rules", str(stopping[0].sentence), problems=tuple(stopping))


def rule_problems(
    visit: Visit,
    *,
    start: datetime,
    chosen: Mapping[str, int],
    now: datetime,
    without: Iterable[int] = (),
    anchors: Mapping[int, date] | None = None,
    with_remarks: bool = True,
) -> list[Problem]:
    """What does not depend on who is free: the past, the clinical gate, the eligibility of the chosen."""
    found: list[Problem] = list(_past(start, now))
    if visit.session is not None:
        found += care_problems(
            visit.session, start=start, now=now, anchors=anchors, without=without, with_remarks=with_remarks
        )
    return [*found, *_ineligible(visit, chosen, local_day(start, visit.location.tz))]


def _past(start: datetime, now: datetime) -> Iterator[Problem]:
    if start < now - LATE_ENTRY:
        yield Blocker(code="past", sentence=_("This time has passed."), possible_from=now)


def _ineligible(visit: Visit, chosen: Mapping[str, int], on: date) -> Iterator[Problem]:
    """Each chosen resource must be here, of the right kind, and good enough for the protocol."""
    if not chosen:
        return
    known = chosen_at(visit.location, chosen.values())
    for role, resource in chosen.items():
        one = known.get(resource)
        if one is None or ROLE_OF_KIND[one.kind] != role:
            yield Blocker(
                code="not_here",
                sentence=_("This %(role)s is not used at this location.") % {"role": role},
                facts={"role": role, "resource": resource},
            )
        elif not one.fits(visit.requirements, on):
            yield Blocker(
                code="not_eligible",
                sentence=_("%(name)s is not qualified or equipped for this treatment.") % {"name": one.name},
                facts={"role": role, "resource": resource},
            )


def availability_problems(
    visit: Visit,
    *,
    start: datetime,
    now: datetime,
    chosen: Mapping[str, int] | None = None,
    by: Any = None,
    without: Iterable[int] = (),
    days: int = 14,
) -> list[Problem]:
    """Why a start is not offered: who or what is taken and until when, hours, notice, horizon, quota.

    Looks `days` ahead to say from when each reason no longer holds.
    """
    settings = settings_of(visit.location)
    zone = visit.location.tz
    first_day = max(local_day(start, zone), local_day(now, zone) - timedelta(days=1))
    found = market(
        visit,
        first_day=first_day,
        days=days,
        now=now,
        without=without,
        explained=True,
        step_minutes=settings.slot_minutes if by is None else CELL_MINUTES,
        is_limited=False,
    )
    demand = _narrowed(found, chosen or {})
    obstacles = why_not(start, demand, found.supply)
    sentences = _Sentences(found, visit.location, obstacles)
    limits = _limits(visit.location, start, now, is_desk=by is not None)
    return [*limits, *(sentences.problem(one, is_desk=by is not None) for one in obstacles)]


def _narrowed(found: Market, chosen: Mapping[str, int]) -> Demand:
    """The demand for the chosen resources only."""
    narrowed = {
        role: tuple(one for one in pool if one == chosen.get(role, one))
        for role, pool in found.demand.pools.items()
    }
    return replace(found.demand, pools=narrowed)


def _limits(location: Location, start: datetime, now: datetime, *, is_desk: bool) -> Iterator[Problem]:
    settings = settings_of(location)
    kind = Warning if is_desk else Blocker
    earliest = first_start(now, settings.notice_minutes)
    if settings.notice_minutes and start < earliest:
        yield kind(
            code=ObstacleCode.BEFORE_NOTICE,
            sentence=_("Appointments are made at least %(minutes)d minutes ahead.")
            % {"minutes": settings.notice_minutes},
            possible_from=earliest,
        )
    if start >= last_start(now, settings.horizon_days, location.tz):
        yield kind(
            code=ObstacleCode.PAST_HORIZON,
            sentence=_("Appointments are made at most %(days)d days ahead.")
            % {"days": settings.horizon_days},
        )


def _owner(obstacle: Obstacle) -> tuple[str, int] | None:
    """What the claim in the way belongs to, as `bookings.supply` names it."""
    return cast(tuple[str, int], obstacle.claim.by) if obstacle.claim else None


class _Sentences:
    """Obstacles in words, with the names of what they speak of read in two queries at most."""

    def __init__(self, found: Market, location: Location, obstacles: list[Obstacle]) -> None:
        self.location = location
        self.names = {one.id: one for one in found.placed}
        owners = [owner for one in obstacles if (owner := _owner(one)) is not None]
        self.closures = self._closures([pk for kind, pk in owners if kind == "closure"])

    def problem(self, obstacle: Obstacle, *, is_desk: bool) -> Problem:
        """The obstacle as one of our values."""
        kind = Warning if is_desk and obstacle.code in SOFT else Blocker
        code = "closed" if self._closure(obstacle) else str(obstacle.code)
        return kind(
            code=code,
            sentence=self.sentence(obstacle),
            possible_from=obstacle.clears_at,
            facts={"role": obstacle.role, "resource": obstacle.resource, "until": obstacle.until},
        )

    def sentence(self, obstacle: Obstacle) -> str:
        """Who or what, and until when, in one sentence."""
        placed = self.names.get(obstacle.resource or 0)
        facts = {
            "name": placed.name if placed else "",
            "role": obstacle.role or "",
            "until": self._time(obstacle.until) if obstacle.until else "",
        }
        closure = self._closure(obstacle)
        if closure is not None:
            return _("%(name)s is not available (%(why)s) until %(until)s.") % {**facts, "why": closure}
        return str(_SENTENCES[obstacle.code]()) % facts

    def _closure(self, obstacle: Obstacle) -> Closure | None:
        owner = _owner(obstacle)
        return self.closures.get(owner[1]) if owner and owner[0] == "closure" else None

    def _closures(self, ids: list[Any]) -> dict[int, Closure]:
        return Closure.objects.in_bulk(ids) if ids else {}

    def _time(self, moment: datetime) -> str:
        return date_format(moment.astimezone(self.location.tz), "D j M H:i")


_SENTENCES = {
    ObstacleCode.TAKEN: lambda: _("%(name)s is taken until %(until)s."),
    ObstacleCode.OUTSIDE_HOURS: lambda: _("%(name)s does not work at this time."),
    ObstacleCode.QUOTA: lambda: _("%(name)s has the day's number of appointments already."),
    ObstacleCode.NOBODY_ELIGIBLE: lambda: _("There is no %(role)s here that may be used for this treatment."),
    ObstacleCode.SHARED: lambda: _("The same %(role)s would be needed twice at once."),
    ObstacleCode.OUTSIDE_OPENING: lambda: _("The location is closed at this time."),
    ObstacleCode.PATIENT_BUSY: lambda: _("The patient has another appointment at this time."),
    ObstacleCode.BEFORE_NOTICE: lambda: _("This time has passed."),
    ObstacleCode.PAST_HORIZON: lambda: _("This is further ahead than the calendar reaches."),
    ObstacleCode.NOT_ON_STEP: lambda: _("Appointments do not start at this minute."),
}

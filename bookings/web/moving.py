"""Moving one appointment: the times that fit, why another does not, and the difference before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import appointments as actions
from bookings.actions.moving import assignment_of, visit_for
from bookings.actions.reflowing import NewTime, ReflowProposal, accept_reflow, propose_reflow
from bookings.actions.undoing_together import undo_together
from bookings.models import Appointment
from bookings.problems import is_past_quota, problems_for
from bookings.slots import fill
from bookings.web.appointments import back_of, carry_out, found_for, version_of
from bookings.web.newtimes import times_in, value_of_change
from bookings.web.times import times_for
from clinic.access import require
from clinic.errors import Blocker, DomainError, NeedsApproval, Problem
from clinic.models import Resource
from clinic.roles import Permission
from clinic.timekeeping import instant, local_day
from clinic.words import ResourceKind

#: So many times are shown.
MOST_TIMES = 10
#: The shortest and the longest that the desk may make an appointment, in minutes.
SHORTEST, LONGEST = 5, 600


@dataclass(frozen=True)
class Wanted:
    """What an appointment is to become: a start, resources that were named, another length or the same."""

    start: datetime
    chosen: dict[str, int]
    minutes: int | None = None


@require(Permission.BOOK)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the times that fit, or with `?start=` the difference; POST moves, with the rest when `rest=yes`."""
    row = found_for(request, pk, Permission.BOOK)
    wanted = asked(request.POST if request.method == "POST" else request.GET, row)
    if request.method == "POST" and wanted:
        return _move(request, row, wanted)
    if wanted:
        is_dialog = request.headers.get("HX-Target") == "dialog"
        name = f"bookings/move_check.html{'#card' if is_dialog else ''}"
        return render(request, name, {**_difference(request, row, wanted), "is_dialog": is_dialog})
    status = 422 if request.method == "POST" else 200
    return render(request, "bookings/move.html", _context(request, row), status=status)


def _move(request: HttpRequest, row: Appointment, wanted: Wanted) -> HttpResponse:
    is_told, past_quota = request.POST.get("tell") == "yes", request.POST.get("past_quota") == "yes"
    now = timezone.now()
    rest = times_in(request.POST.getlist("session"))
    if rest and row.treatment_session is not None and request.POST.get("rest") == "yes":
        session = row.treatment_session
        times = {session.number: _new_time(row, wanted, version_of(request), now=now), **rest}
        said = _("%(count)d sessions moved.") % {"count": len(times)}
        return carry_out(
            request,
            row,
            lambda: accept_reflow(
                plan=session.plan,
                times=times,
                by=request.user,
                now=timezone.now(),
                is_told=is_told,
                past_quota={session.number} if past_quota else (),
            ),
            said,
            undo_of=undo_address,
        )
    return carry_out(
        request,
        row,
        lambda: actions.move(
            appointment=row,
            starts_at=wanted.start,
            by=request.user,
            now=timezone.now(),
            chosen=wanted.chosen or None,
            minutes=wanted.minutes,
            version=version_of(request),
            is_told=is_told,
            past_quota=past_quota,
        ),
        _("Moved.") if wanted.start != row.starts_at or wanted.chosen else _("The length is changed."),
    )


def undo_address(rows: Sequence[Appointment]) -> str:
    """Where several moves are taken back as one: each appointment with the version that it has now."""
    told = " ".join(f"{row.pk}.{row.version}" for row in rows)
    return f"{reverse('bookings:undo-together', args=[rows[0].pk])}?{urlencode({'of': told})}"


@require_POST
@require(Permission.BOOK)
def undo_several(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back the moves of `?of=` as one; a refusal says why and leaves all of them."""
    row, versions = found_for(request, pk, Permission.BOOK), _versions_in(request.GET.get("of", ""))
    mine = Appointment.objects.visible_to(request.user, Permission.BOOK).of(versions)
    if mine.count() != len(versions):
        versions = {}
    return carry_out(
        request,
        row,
        lambda: undo_together(versions=versions, by=request.user, now=timezone.now()),
        _("Undone."),
    )


def _versions_in(text: str) -> dict[int, int]:
    """Appointment → version, as the address carries them; nonsense is left out."""
    pairs = (part.partition(".") for part in text.split())
    return {int(pk): int(version) for pk, _dot, version in pairs if pk.isdigit() and version.isdigit()}


def _new_time(row: Appointment, wanted: Wanted, version: int | None, *, now: datetime) -> NewTime:
    chosen = fill(visit_for(row), wanted.start, {**assignment_of(row), **wanted.chosen}, now=now)
    return NewTime(wanted.start, chosen, version)


def _difference(request: HttpRequest, row: Appointment, wanted: Wanted) -> dict[str, Any]:
    """Before and after, what stands against it, and what it means for the rest of the series."""
    now = timezone.now()
    problems = problems_with(request, row, wanted, now)
    resources = {**assignment_of(row), **wanted.chosen}
    rest = _rest_of(row, wanted, now)
    return {
        "appointment": row,
        "wanted": wanted,
        "resources": resources,
        "before": assignment_of(row),
        "problems": problems,
        "verdict": verdict_on(problems),
        "past_quota": is_past_quota(problems),
        "rest": rest,
        "rest_values": [(one, value_of_change(one)) for one in rest.changes] if rest else [],
        "names": dict(Resource.objects.at(row.location).values_list("pk", "name")),
        "back": back_of(request),
        "days": (local_day(wanted.start, row.location.tz) - local_day(row.starts_at, row.location.tz)).days,
    }


def _rest_of(row: Appointment, wanted: Wanted, now: datetime) -> ReflowProposal | None:
    """What would have to move with it; None when it belongs to no series, or the gate stops the plan anyway."""
    session = row.treatment_session
    if session is None:
        return None
    try:
        fixed = {session.number: _new_time(row, wanted, row.version, now=now)}
        found = propose_reflow(session.plan, now=now, fixed=fixed)
    except DomainError:
        return None
    changes = tuple(one for one in found.changes if one.number != session.number)
    return ReflowProposal(found.plan, changes, found.kept, found.problems, found.unmet)


@require_safe
@require(Permission.BOOK)
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a typed time or length is not offered: every reason, and from when it no longer holds."""
    row = found_for(request, pk, Permission.BOOK)
    wanted = asked(request.GET, row)
    problems = problems_with(request, row, wanted, timezone.now()) if wanted else []
    context = {"start": wanted.start if wanted else None, "problems": problems}
    return render(request, "bookings/move.html#why", {**context, "verdict": verdict_on(problems)})


def problems_with(request: HttpRequest, row: Appointment, wanted: Wanted, now: datetime) -> list[Problem]:
    """Every reason against what is wanted, with the appointment itself out of the way."""
    try:
        visit = visit_for(row, minutes=wanted.minutes)
    except DomainError as refusal:
        return [Blocker(code=refusal.code, sentence=str(refusal.sentence))]
    return problems_for(
        visit,
        start=wanted.start,
        now=now,
        chosen={**assignment_of(row), **wanted.chosen},
        by=request.user,
        without=[row.pk],
    )


def verdict_on(problems: list[Problem]) -> str:
    """`yes`, `maybe` when the desk may set the reasons aside, `no` when something stops everybody."""
    if any(isinstance(problem, Blocker | NeedsApproval) for problem in problems):
        return "no"
    return "maybe" if problems else "yes"


def wished_resources(data: Mapping[str, str]) -> dict[str, int]:
    """Role → resource, for the roles that were named."""
    named = {role: data.get(role, "") for role in ResourceKind.values}
    return {role: int(text) for role, text in named.items() if text.isdigit()}


def asked(data: Mapping[str, str], row: Appointment) -> Wanted | None:
    """What was chosen: an instant, or day and wall time of the location; a length alone keeps the start."""
    minutes, start = _minutes(data.get("minutes", "")), _start(data, row)
    if start is not None and minutes == _present(row):
        minutes = None
    if start is None and minutes is not None:
        start = row.starts_at
    return Wanted(start, wished_resources(data), minutes) if start else None


def _present(row: Appointment) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def _minutes(text: str) -> int | None:
    return int(text) if text.isdigit() and SHORTEST <= int(text) <= LONGEST else None


def _start(data: Mapping[str, str], row: Appointment) -> datetime | None:
    try:
        start = datetime.fromisoformat(data.get("start", ""))
        return start if start.utcoffset() is not None else None
    except ValueError:
        pass
    try:
        day, wall = parse_date(data.get("day", "")), parse_time(data.get("time", ""))
    except ValueError:
        return None
    return instant(day, wall, row.location.tz) if day and wall else None


def _context(request: HttpRequest, row: Appointment) -> dict[str, Any]:
    now = timezone.now()
    try:
        typed = parse_date(request.GET.get("from", ""))
    except ValueError:
        typed = None
    from_day = typed or local_day(row.starts_at, row.location.tz)
    times = times_for(visit_for(row), now=now, from_day=from_day, count=MOST_TIMES + 1, without=[row.pk])
    here = dict(Resource.objects.at(row.location).values_list("pk", "name"))
    return {
        "appointment": row,
        "times": [slot for slot in times if slot.start != row.starts_at][:MOST_TIMES],
        "from_day": from_day,
        "names": here,
        "means": _means(row),
        "minutes": _present(row),
        "back": back_of(request),
        "typed": request.POST,
        "is_wrong": request.method == "POST",
    }


def _means(row: Appointment) -> list[tuple[str, str, int, list[Resource]]]:
    """Role, its word, what the appointment has, and what else there is: for the dialog that gives it another room."""
    known = list(Resource.objects.at(row.location).order_by("name"))
    return [
        (role, str(ResourceKind(role).label), pk, [one for one in known if one.kind == role])
        for role, pk in assignment_of(row).items()
    ]

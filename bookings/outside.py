"""Appointments that lie outside the hours: before new hours are saved, and afterwards as a list to work off.

Nothing is stored: who moves or cancels such an appointment has taken it off the list.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from bookings.models import Appointment, Claim
from clinic.intervals import Interval
from clinic.models import Location, OpeningHours, Resource, WorkingHours
from clinic.timekeeping import WeeklyWindow, local_day, weekly_windows
from clinic.touched import Outside, Touched


@dataclass(frozen=True, slots=True)
class _Span:
    """What has to lie inside: an appointment, or the time it needs somebody."""

    appointment: int
    start: datetime
    end: datetime


def would_be_outside(
    location: Location, week: Sequence[WeeklyWindow], *, resource: Resource | None, now: datetime
) -> Outside:
    """What new weekly hours would leave outside that lies inside the present ones, soonest first."""
    spans = _spans(location, resource, now)
    if not spans:
        return Outside()
    rules = list(_rules(location, resource))
    stay = [rule for rule in rules if not _is_replaced(rule, local_day(now, location.tz))]
    before = _beyond(spans, rules, location)
    after = _beyond(spans, [*stay, *week], location) if week or _needs_hours(resource) else set()
    rows = Appointment.objects.of(after - before).for_board().order_by("starts_at", "pk")
    return Outside([_touched(row) for row in rows], reverse("bookings:outside-hours"))


def left_by(location: Location, *, resource: Resource, now: datetime) -> Outside:
    """What is booked at a location with somebody or something that leaves, soonest first."""
    keys = {span.appointment for span in _spans(location, resource, now)}
    rows = Appointment.objects.of(keys).for_board().order_by("starts_at", "pk")
    return Outside([_touched(row) for row in rows], reverse("bookings:outside-hours"))


def outside_now(location: Location, *, now: datetime) -> dict[int, list[str]]:
    """Appointment to come → who or what does not work then ("" for the house), as things are. Six queries."""
    found: dict[int, list[str]] = {}
    for pk in _beyond(_spans(location, None, now), list(_rules(location, None)), location):
        found.setdefault(pk, []).append("")
    spans, rules = _claimed(location, now), _hours(location)
    here = set(Resource.objects.at(location).values_list("pk", flat=True))
    for one in Resource.objects.of(spans).order_by("kind", "name"):
        for pk in _not_served(one, spans[one.pk], rules.get(one.pk, []), location, is_here=one.pk in here):
            found.setdefault(pk, []).append(one.name)
    return found


def _not_served(
    resource: Resource, spans: list[_Span], rules: list[WorkingHours], location: Location, *, is_here: bool
) -> set[int]:
    """The appointments that a resource is booked for and cannot serve: outside its hours, or all when it has left."""
    if not is_here:
        return {span.appointment for span in spans}
    return _beyond(spans, rules, location) if rules or _needs_hours(resource) else set()


def _claimed(location: Location, now: datetime) -> dict[int, list[_Span]]:
    claims = Claim.objects.filter(appointment__in=Appointment.objects.at(location).awaited(now))
    found: dict[int, list[_Span]] = defaultdict(list)
    for resource, pk, start, end in claims.values_list("resource", "appointment", "starts_at", "ends_at"):
        found[resource].append(_Span(pk, start, end))
    return found


def _hours(location: Location) -> dict[int, list[WorkingHours]]:
    found: dict[int, list[WorkingHours]] = defaultdict(list)
    for rule in WorkingHours.objects.filter(location=location):
        found[rule.resource_id].append(rule)
    return found


def _touched(row: Appointment) -> Touched:
    session = row.treatment_session
    what = f"{session.plan.title}, {session.number}" if session else str(row.get_kind_display())
    url = reverse("bookings:appointment", args=[row.pk])
    return Touched(row.starts_at, row.patient.full_name, what, url)


def _rules(location: Location, resource: Resource | None) -> Iterable[Any]:
    if resource is None:
        return OpeningHours.objects.filter(location=location)
    return WorkingHours.objects.filter(location=location, resource=resource)


def _is_replaced(rule: Any, today: Any) -> bool:
    """Saving writes the week anew that holds from today without an end; what was dated stays."""
    return rule.valid_until is None and rule.valid_from <= today


def _needs_hours(resource: Resource | None) -> bool:
    """Whether no hours mean "never": true for the house and for people, not for rooms and devices."""
    return resource is None or resource.kind == "practitioner"


def _spans(location: Location, resource: Resource | None, now: datetime) -> list[_Span]:
    coming = Appointment.objects.at(location).awaited(now)
    if resource is None:
        return [_Span(*row) for row in coming.values_list("pk", "starts_at", "ends_at")]
    claims = Claim.objects.filter(resource=resource, appointment__in=coming)
    return [_Span(*row) for row in claims.values_list("appointment", "starts_at", "ends_at")]


def _beyond(spans: Sequence[_Span], rules: Sequence[Any], location: Location) -> set[int]:
    """The appointments of which some part lies outside the windows of the rules."""
    if not spans:
        return set()
    zone = location.tz
    first = local_day(min(span.start for span in spans), zone)
    last = local_day(max(span.end for span in spans), zone)
    windows = weekly_windows(rules, first, last, zone)
    starts = [window.start for window in windows]
    return {span.appointment for span in spans if not _is_inside(span, windows, starts)}


def _is_inside(span: _Span, windows: Sequence[Interval], starts: Sequence[datetime]) -> bool:
    at = bisect_right(starts, span.start) - 1
    return at >= 0 and span.end <= windows[at].end

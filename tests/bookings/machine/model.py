"""The clinic as it should be: appointments, closures and wishes as plain values, and what is in whose way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bookings.models import Appointment, WaitlistEntry, WaitlistOffer
from bookings.words import OCCUPYING
from clinic.models import Closure
from tests.conftest import MORNING

LATE = timedelta(hours=1)
#: An older change is no longer taken back.
UNDONE_WITHIN = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
#: Status now and before its last change, for which that change can be taken back.
UNDONE = {
    ("booked", "booked"),
    ("cancelled", "booked"),
    ("noshow", "booked"),
    ("arrived", "booked"),
    ("fulfilled", "arrived"),
    ("arrived", "noshow"),
}
#: Resource, and the minutes from the start between which it is taken.
Claims = frozenset[tuple[int, int, int]]
Time = tuple[datetime, datetime]


@dataclass(eq=False)
class Known:
    """An appointment as the model knows it. `session` is (plan, number); None for a talk."""

    row: Appointment
    patient: int
    start: datetime
    end: datetime
    claims: Claims
    status: str
    until: datetime | None = None
    session: tuple[int, int] | None = None
    changed_at: datetime = MORNING
    #: What it was before its last change; None when that change cannot be taken back.
    before: Known | None = None

    def becomes(self, now: datetime, **changed: Any) -> None:
        """Changes, and remembers how it was."""
        was = replace(self)
        for name, value in changed.items():
            setattr(self, name, value)
        self.changed_at = now
        self.before = was if (self.status, was.status) in UNDONE else None

    def at(self, start: datetime) -> Known:
        """The same at another time."""
        return replace(self, start=start, end=start + (self.end - self.start))

    def times_of(self, resource: int) -> Iterator[Time]:
        """When it takes a resource."""
        for name, begin, end in self.claims:
            if name == resource:
                yield self.start + begin * MINUTE, self.start + end * MINUTE

    def overlaps(self, other: Known) -> bool:
        """Whether both want the same patient or resource at once, or are based on the same session."""
        if self.session is not None and self.session == other.session:
            return True
        if self.patient == other.patient and self.start < other.end and other.start < self.end:
            return True
        return any(
            begin < until and since < end
            for name in {name for name, _, _ in self.claims} & {name for name, _, _ in other.claims}
            for begin, end in self.times_of(name)
            for since, until in other.times_of(name)
        )

    def occupies(self, now: datetime) -> bool:
        """Whether it takes its time: a lapsed hold no longer does."""
        return self.status in OCCUPYING and not (self.until is not None and self.until <= now)


@dataclass
class Shut:
    """A closure as the model knows it."""

    row: Closure
    resource: int
    start: datetime
    end: datetime


@dataclass(eq=False)
class Offered:
    """An offer, and the hold behind it."""

    row: WaitlistOffer
    hold: Known
    until: datetime
    is_open: bool = True


@dataclass(eq=False)
class Wish:
    """Somebody who waits for a session to come, or to come earlier."""

    row: WaitlistEntry
    plan: int
    status: str = "waiting"
    offers: list[Offered] = field(default_factory=list)

    @property
    def open_offer(self) -> Offered | None:
        """The offer that nobody has answered."""
        return next((one for one in self.offers if one.is_open), None)


@dataclass
class Model:
    """What the clinic looks like if everything was done right."""

    now: datetime = MORNING
    known: list[Known] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    started: set[tuple[int, int]] = field(default_factory=set)
    #: For each plan the times that its first session ever had.
    had: dict[int, set[Time]] = field(default_factory=dict)

    def is_free(self, wanted: Known, *, but: tuple[Known, ...] = ()) -> bool:
        """Whether nobody and no closure is in the way; an appointment inside a closure may stay where it is."""
        others = (one for one in self.known if one not in but and one.occupies(self.now))
        if any(wanted.overlaps(one) for one in others):
            return False
        return not any(self._is_shut(shut, wanted, but) for shut in self.shut)

    def _is_shut(self, shut: Shut, wanted: Known, but: tuple[Known, ...]) -> bool:
        """A closure holds all of its time that no appointment holds; the movers' own time is still the movers'."""
        movers = [one for one in but if one.occupies(self.now)]
        theirs = [time for one in movers for time in one.times_of(shut.resource)]
        for begin, end in wanted.times_of(shut.resource):
            moment = max(begin, shut.start)
            while moment < min(end, shut.end):
                if not any(since <= moment < until for since, until in theirs):
                    return True
                moment += 5 * MINUTE
        return False

    def is_past(self, start: datetime) -> bool:
        """Nothing is entered that began more than an hour ago."""
        return start < self.now - LATE

    def is_movable(self, one: Known) -> bool:
        """Held or booked, and the hold has not lapsed."""
        return one.status in ("held", "booked") and one.occupies(self.now)

    def keeps_distance(self, one: Known, start: datetime, *, but: tuple[Known, ...] = ()) -> bool:
        """A second session is at least four weeks after the first, where that is still to come or going on."""
        if one.session is None or one.session[1] == 1:
            return True
        firsts = [
            other
            for other in self.of_session((one.session[0], 1))
            if other not in but and other.status != "fulfilled"
        ]
        return all((start.date() - first.start.date()).days >= 28 for first in firsts)

    def of_session(self, session: tuple[int, int]) -> list[Known]:
        """The appointments that take a time for a session."""
        return [one for one in self.known if one.session == session and one.occupies(self.now)]

    def note_times(self) -> None:
        """Remembers where the first session of each plan is now."""
        for one in self.known:
            if one.session is not None and one.session[1] == 1:
                self.had.setdefault(one.session[0], set()).add((one.start, one.end))

"""Everything that can be done with appointments, in any order, against a plain model and SQL invariants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bookings.actions import appointments
from bookings.actions.closures import close, lift
from bookings.actions.series import ChosenTime, book_series
from bookings.models import Appointment, Claim
from bookings.phases import spans_of
from bookings.reminders import AppointmentSubject
from bookings.visits import Visit, plain_visit
from bookings.words import OCCUPYING, AppointmentKind
from clinic.errors import DomainError
from clinic.messaging.models import Message
from clinic.models import Closure, Resource
from tests import factories
from tests.bookings.conftest import FIRST, Clinic, open_clinic
from tests.conftest import MORNING
from tests.races.conftest import invariants

STEP = timedelta(minutes=15)
STARTS = st.integers(0, 11).map(lambda step: FIRST + step * STEP)
PATIENTS, ROOMS = st.integers(0, 2), st.integers(0, 1)
LENGTHS = st.sampled_from([15, 30, 45])
HOLD = timedelta(minutes=10)
LATE = timedelta(hours=1)
#: Status now and before its last change, for which that change can be taken back.
UNDONE = {
    ("booked", "booked"),
    ("cancelled", "booked"),
    ("noshow", "booked"),
    ("arrived", "booked"),
    ("fulfilled", "arrived"),
    ("arrived", "noshow"),
}
#: Days of a series of two, and where its times lie: far from everything else.
WEEK, MONTH = timedelta(days=7), timedelta(days=28)
PLACES = st.integers(0, 1)


@dataclass(eq=False)
class Known:
    """An appointment as the model knows it."""

    row: Appointment
    patient: int
    start: datetime
    end: datetime
    resources: frozenset[int]
    status: str
    until: datetime | None = None
    #: What it was before its last change; None when that change cannot be taken back.
    before: Known | None = None

    def becomes(self, *, can_be_undone: bool = True, **changed: Any) -> None:
        """Changes, and remembers how it was."""
        was = replace(self)
        for name, value in changed.items():
            setattr(self, name, value)
        self.before = was if can_be_undone and (self.status, was.status) in UNDONE else None

    def overlaps(self, other: Known) -> bool:
        """Whether both want the same patient or resource at once."""
        shares = self.patient == other.patient or bool(self.resources & other.resources)
        return shares and self.start < other.end and other.start < self.end

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


@dataclass
class Model:
    """What the clinic looks like if everything was done right."""

    now: datetime = MORNING
    known: list[Known] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)

    def is_free(self, wanted: Known, *, but: tuple[Known, ...] = ()) -> bool:
        """Whether nobody and no closure is in the way; an appointment inside a closure may stay where it is."""
        others = (one for one in self.known if one not in but and one.occupies(self.now))
        if any(wanted.overlaps(one) for one in others):
            return False
        return not any(self._is_shut(shut, wanted, but) for shut in self.shut)

    def _is_shut(self, shut: Shut, wanted: Known, but: tuple[Known, ...]) -> bool:
        """A closure holds all of its time that no appointment holds; the movers' own time is still the movers'."""
        if shut.resource not in wanted.resources:
            return False
        movers = [one for one in but if one.occupies(self.now) and shut.resource in one.resources]
        moment = max(wanted.start, shut.start)
        while moment < min(wanted.end, shut.end):
            if not any(one.start <= moment < one.end for one in movers):
                return True
            moment += timedelta(minutes=5)
        return False

    def is_past(self, start: datetime) -> bool:
        """Nothing is entered that began more than an hour ago."""
        return start < self.now - LATE

    def is_movable(self, one: Known) -> bool:
        """Held or booked, and the hold has not lapsed."""
        return one.status in ("held", "booked") and one.occupies(self.now)


class Machine(RuleBasedStateMachine):
    """One desk, one practitioner, two rooms, three patients in three hours of a day, and two series far from them."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clinic: Clinic = open_clinic()
        self.model = Model()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def people(self) -> None:
        """Three patients of the place."""
        self.patients = [factories.PatientFactory(at=self.clinic.location) for _ in range(3)]
        self.plans = [self.clinic.plan(sessions=2) for _ in range(2)]

    def visit(self, patient: int, minutes: int) -> Visit:
        """A talk of some minutes: practitioner and room."""
        return plain_visit(
            self.patients[patient], self.clinic.location, AppointmentKind.CONSULTATION, minutes=minutes
        )

    def chosen(self, room: int) -> dict[str, int]:
        """Dr. Weiss in a room."""
        return {"practitioner": self.clinic.weiss, "room": self.clinic.rooms[room]}

    def agree(self, is_possible: bool, run: Any) -> Any:
        """The action succeeds exactly when the model says so."""
        try:
            found = run()
        except DomainError as refused:
            assert not is_possible, f"refused with {refused.code}: {refused.sentence}"  # noqa: PT017 - refusal is an answer here
            return None
        assert is_possible, "done although the model says no"
        return found

    def wanted(self, patient: int, room: int, start: datetime, minutes: int, status: str) -> Known:
        """An appointment as it would be."""
        end, resources = start + timedelta(minutes=minutes), frozenset(self.chosen(room).values())
        until = self.model.now + HOLD if status == "held" else None
        return Known(None, patient, start, end, resources, status, until)  # type: ignore[arg-type]

    def some(self, data: st.DataObject) -> Known:
        """One of the visits that are no part of a series."""
        return data.draw(st.sampled_from(self.visits))

    @property
    def visits(self) -> list[Known]:
        """The appointments that are no part of a series."""
        return [one for one in self.model.known if one.patient < len(self.patients)]

    def fresh(self, one: Known) -> Appointment:
        """The row as it is now, as somebody who looks reads it."""
        return Appointment.objects.for_change().get(pk=one.row.pk)

    def facts(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"by": self.clinic.desk, "now": self.model.now}

    @rule(
        patient=PATIENTS,
        room=ROOMS,
        start=STARTS,
        minutes=LENGTHS,
        status=st.sampled_from(["held", "booked"]),
    )
    def take(self, patient: int, room: int, start: datetime, minutes: int, status: str) -> None:
        """Books or holds."""
        wanted = self.wanted(patient, room, start, minutes, status)
        verb = appointments.hold if status == "held" else appointments.book
        visit, chosen = self.visit(patient, minutes), self.chosen(room)
        row = self.agree(
            self.model.is_free(wanted) and not self.model.is_past(start),
            lambda: verb(visit=visit, starts_at=start, chosen=chosen, **self.facts()),
        )
        if row is not None:
            wanted.row = row
            self.model.known.append(wanted)

    @rule(patient=PATIENTS, room=ROOMS, minutes=LENGTHS)
    def walk_in(self, patient: int, room: int, minutes: int) -> None:
        """Somebody stands at the desk."""
        start = self.model.now + timedelta(seconds=-self.model.now.timestamp() % 300)
        wanted = self.wanted(patient, room, start, minutes, "booked")
        visit, chosen = self.visit(patient, minutes), self.chosen(room)
        row = self.agree(
            self.model.is_free(wanted),
            lambda: appointments.walk_in(visit=visit, chosen=chosen, **self.facts()),
        )
        if row is not None:
            wanted.row = row
            wanted.becomes(status="arrived")
            self.model.known.append(wanted)

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data(), start=STARTS)
    def move(self, data: st.DataObject, start: datetime) -> None:
        """Moves with the same resources and length."""
        one = self.some(data)
        new = replace(one, start=start, end=start + (one.end - one.start))
        possible = self.model.is_movable(one) and not self.model.is_past(start)
        row = self.agree(
            possible and self.model.is_free(new, but=(one,)),
            lambda: appointments.move(appointment=one.row, starts_at=start, **self.facts()),
        )
        if row is not None:
            one.becomes(start=new.start, end=new.end)

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data(), room=ROOMS)
    def reassign(self, data: st.DataObject, room: int) -> None:
        """Another room at the same time."""
        one = self.some(data)
        new = replace(one, resources=frozenset(self.chosen(room).values()))
        possible = self.model.is_movable(one) and not self.model.is_past(one.start)
        row = self.agree(
            possible and self.model.is_free(new, but=(one,)),
            lambda: appointments.reassign(
                appointment=self.fresh(one), chosen={"room": self.clinic.rooms[room]}, **self.facts()
            ),
        )
        if row is not None:
            one.becomes(resources=new.resources)

    @precondition(lambda self: len(self.visits) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        """Two exchange their times."""
        one, other = data.draw(st.permutations(self.visits))[:2]
        pair = (one, other)
        new = replace(one, start=other.start, end=other.start + (one.end - one.start))
        newer = replace(other, start=one.start, end=one.start + (other.end - other.start))
        possible = all(self.model.is_movable(each) and not self.model.is_past(each.start) for each in pair)
        free = all(self.model.is_free(each, but=pair) for each in (new, newer)) and not new.overlaps(newer)
        rows = self.agree(
            possible and free,
            lambda: appointments.swap(first=self.fresh(one), second=self.fresh(other), **self.facts()),
        )
        if rows is not None:
            one.becomes(start=new.start, end=new.end)
            other.becomes(start=newer.start, end=newer.end)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancels what is held or booked."""
        one = data.draw(st.sampled_from(self.model.known))
        if one.until is not None and one.until <= self.model.now:
            return
        row = self.agree(
            one.status in ("held", "booked"),
            lambda: appointments.cancel(appointment=one.row, reason="time", **self.facts()),
        )
        if row is not None:
            one.becomes(status="cancelled", until=None)

    @precondition(lambda self: any(one.status == "held" for one in self.model.known))
    @rule(data=st.data())
    def confirm_hold(self, data: st.DataObject) -> None:
        """Turns a hold into an appointment while it lasts."""
        one = data.draw(st.sampled_from([one for one in self.model.known if one.status == "held"]))
        row = self.agree(
            one.occupies(self.model.now),
            lambda: appointments.confirm_hold(appointment=one.row, **self.facts()),
        )
        if row is not None:
            one.becomes(status="booked", until=None)

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """The patient says yes; saying it again changes nothing."""
        one = self.some(data)
        version = Appointment.objects.get(pk=one.row.pk).version
        row = self.agree(
            one.status == "booked", lambda: appointments.confirm(appointment=one.row, **self.facts())
        )
        if row is not None and row.version > version:
            one.becomes()

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        """Here, on the day; after a no-show the old time must still be free."""
        one = self.some(data)
        possible = one.status in ("booked", "noshow") and self.model.now >= one.start - timedelta(hours=12)
        if one.status == "noshow":
            possible = possible and self.model.is_free(one)
        row = self.agree(possible, lambda: appointments.arrive(appointment=one.row, **self.facts()))
        if row is not None:
            one.becomes(status="arrived")

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        """A talk has no session to start."""
        one = self.some(data)
        self.agree(False, lambda: appointments.start(appointment=one.row, **self.facts()))

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def fulfil(self, data: st.DataObject) -> None:
        """The visit is over; its time stays taken."""
        one = self.some(data)
        possible = one.status in ("booked", "arrived", "fulfilled")
        row = self.agree(possible, lambda: appointments.fulfil(appointment=one.row, **self.facts()))
        if row is not None and one.status != "fulfilled":
            one.status = "arrived"
            one.becomes(status="fulfilled")

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def noshow(self, data: st.DataObject) -> None:
        """Nobody came."""
        one = self.some(data)
        possible = one.status == "booked" and self.model.now >= one.start
        row = self.agree(possible, lambda: appointments.mark_noshow(appointment=one.row, **self.facts()))
        if row is not None:
            one.becomes(status="noshow")

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def should_never_have_been(self, data: st.DataObject) -> None:
        """Entered in error."""
        one = self.some(data)
        row = self.agree(
            one.status in ("booked", "arrived", "fulfilled"),
            lambda: appointments.mark_entered_in_error(appointment=one.row, reason="twice", **self.facts()),
        )
        if row is not None:
            one.becomes(status="entered-in-error")

    @precondition(lambda self: bool(self.visits))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """The last change is taken back where the old time is still free."""
        one = self.some(data)
        before = one.before
        possible = before is not None
        if before is not None and before.status in OCCUPYING and not self._keeps_its_time(one, before):
            late = before.start >= self.model.now and self.model.is_past(before.start)
            possible = not late and self.model.is_free(before, but=(one,))
        row = self.agree(possible, lambda: appointments.undo(appointment=self.fresh(one), **self.facts()))
        if row is not None and before is not None:
            one.becomes(status=before.status, start=before.start, end=before.end, resources=before.resources)

    def _keeps_its_time(self, one: Known, before: Known) -> bool:
        """An arrival or the end of a visit left the time alone."""
        same = (one.start, one.end, one.resources) == (before.start, before.end, before.resources)
        return same and one.status in OCCUPYING

    @rule(plan=PLACES, place=PLACES)
    def book_series(self, plan: int, place: int) -> None:
        """Two sessions, four weeks apart, whole or not at all."""
        patient = len(self.patients) + plan
        starts = [FIRST + WEEK + place * 3 * timedelta(hours=1) + number * MONTH for number in range(2)]
        resources = frozenset(self.clinic.chosen().values())
        lengths = (95, 80)  # the first session has its talk besides
        wanted = [
            Known(None, patient, at, at + timedelta(minutes=length), resources, "booked")  # type: ignore[arg-type]
            for at, length in zip(starts, lengths, strict=True)
        ]
        standing = [one for one in self.model.known if one.patient == patient and one.status == "booked"]
        chosen = {number: ChosenTime(at, self.clinic.chosen()) for number, at in enumerate(starts, 1)}
        rows = self.agree(
            not standing and all(map(self.model.is_free, wanted)),
            lambda: book_series(plan=self.plans[plan], chosen=chosen, **self.facts()),
        )
        for one, row in zip(wanted, rows or [], strict=bool(rows)):
            one.row = row
            self.model.known.append(one)

    @rule()
    def the_day_comes(self) -> None:
        """It is the morning of the visits; what was held until then has lapsed."""
        self.model.now = max(self.model.now, FIRST)

    @rule(minutes=st.sampled_from([4, 11]))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on; holds lapse by themselves."""
        self.model.now += timedelta(minutes=minutes)

    @rule()
    def let_go(self) -> None:
        """The regular job releases what lapsed."""
        appointments.release_lapsed(now=self.model.now)

    @precondition(lambda self: len(self.model.shut) < 2)
    @rule(start=STARTS, hours=st.integers(1, 2))
    def close_the_practitioner(self, start: datetime, hours: int) -> None:
        """Leave from one hour to the next."""
        end = start + timedelta(hours=hours)
        closed = close(
            location=self.clinic.location,
            resource=Resource.objects.get(pk=self.clinic.weiss),
            starts_at=start,
            ends_at=end,
            kind="leave",
            by=self.clinic.desk,
            now=self.model.now,
        )
        self.model.shut.append(Shut(closed.closure, self.clinic.weiss, start, end))

    @precondition(lambda self: bool(self.model.shut))
    @rule()
    def lift(self) -> None:
        """The first closure ends."""
        lift(closure=self.model.shut.pop(0).row, by=self.clinic.desk, now=self.model.now)

    @invariant()
    def the_database_agrees(self) -> None:
        """No overlap, claims exactly for who occupies, closures hold what nobody else holds."""
        assert invariants() == []
        for one in self.model.known:
            row = Appointment.objects.get(pk=one.row.pk)
            lapsed = one.status == "held" and not one.occupies(self.model.now)
            assert row.status == one.status or (lapsed and row.status == "cancelled")
            assert (row.starts_at, row.ends_at) == (one.start, one.end)

    @invariant()
    def closures_hold_what_is_left(self) -> None:
        """Inside a standing closure every minute of the resource belongs to the closure or to an appointment."""
        for shut in self.model.shut:
            claims = Claim.objects.filter(resource=shut.resource).touching(shut.start, shut.end)
            covered = sum(
                (min(one.ends_at, shut.end) - max(one.starts_at, shut.start) for one in claims), timedelta()
            )
            assert covered == shut.end - shut.start

    @invariant()
    def messages_match(self) -> None:
        """What waits to be sent is what should be said: reconciling again would change nothing."""
        subject = AppointmentSubject()
        for one in self.model.known:
            row = subject.load(one.row.pk)
            assert row is not None
            wanted = {
                (each.rule, each.scheduled_for)
                for each in subject.wanted(row, self.model.now)
                if each.expires_at > self.model.now
            }
            waiting = set(
                Message.objects.about("appointment", row.pk)
                .unsent()
                .filter(expires_at__gt=self.model.now)
                .values_list("rule", "scheduled_for")
            )
            assert waiting == wanted


@pytest.mark.slow
def test_appointments_hold_their_promises_in_any_order(db: None, clock: Any) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=22,
            deadline=None,
            phases=[
                Phase.explicit,
                Phase.reuse,
                Phase.generate,
            ],  # shrinking takes minutes: ask for it when needed
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_model_counts_phases_as_the_visit_does(clinic: Clinic) -> None:
    patient = factories.PatientFactory(at=clinic.location)
    visit = plain_visit(patient, clinic.location, AppointmentKind.CONSULTATION, minutes=45)
    assert [(span.start, span.end) for span in spans_of(visit.phases, "room")] == [(0, 45)]

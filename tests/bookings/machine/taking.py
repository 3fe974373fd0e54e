"""Taking a time: talks, treatments, whole series; holding and letting go."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.actions import appointments
from bookings.actions.series import ChosenTime, book_series
from tests.bookings.conftest import FIRST
from tests.bookings.machine.base import HOLD, PATIENTS, PLANS, ROOMS, STARTS, Base

LENGTHS = st.sampled_from([15, 30, 45])
WEEK, MONTH = timedelta(days=7), timedelta(days=28)
HELD_OR_BOOKED = st.sampled_from(["held", "booked"])


class Taking(Base):
    """What begins an appointment."""

    @rule(patient=PATIENTS, room=ROOMS, start=STARTS, minutes=LENGTHS, status=HELD_OR_BOOKED)
    def talk_at(self, patient: int, room: int, start: datetime, minutes: int, status: str) -> None:
        """Books or holds a talk."""
        visit, chosen = self.talk(patient, minutes), self.chosen(room)
        until = self.model.now + HOLD if status == "held" else None
        wanted = self.known(visit, start, chosen, status, patient=patient, until=until)
        verb = appointments.hold if status == "held" else appointments.book
        row = self.agree(
            self.model.is_free(wanted) and not self.model.is_past(start),
            lambda: verb(visit=visit, starts_at=start, chosen=chosen, **self.facts),
        )
        self.enter(wanted, row)

    @rule(plan=PLANS, room=ROOMS, start=STARTS, status=HELD_OR_BOOKED)
    def treat_at(self, plan: int, room: int, start: datetime, status: str) -> None:
        """Books or holds the first session of a plan: while the cream works the practitioner is free for others."""
        visit = self.treatment(plan)
        chosen = self.clinic.chosen(room=room, pen=room)
        until = self.model.now + HOLD if status == "held" else None
        wanted = self.known(
            visit, start, chosen, status, patient=self.patient_of(plan), session=(plan, 1), until=until
        )
        verb = appointments.hold if status == "held" else appointments.book
        row = self.agree(
            self.model.is_free(wanted) and not self.model.is_past(start),
            lambda: verb(visit=visit, starts_at=start, chosen=chosen, **self.facts),
        )
        self.enter(wanted, row)

    @rule(plan=PLANS, place=st.integers(0, 1))
    def book_series(self, plan: int, place: int) -> None:
        """Two sessions, four weeks apart, a week after everything else: whole or not at all."""
        chosen = self.clinic.chosen()
        starts = [FIRST + WEEK + place * timedelta(hours=3) + number * MONTH for number in range(2)]
        wanted = [
            self.known(
                self.treatment(plan, number),
                at,
                chosen,
                "booked",
                patient=self.patient_of(plan),
                session=(plan, number),
            )
            for number, at in enumerate(starts, 1)
        ]
        times = {number: ChosenTime(at, chosen) for number, at in enumerate(starts, 1)}
        rows = self.agree(
            all(self.model.is_free(one) and not self.model.is_past(one.start) for one in wanted),
            lambda: book_series(plan=self.plans[plan], chosen=times, **self.facts),
        )
        for one, row in zip(wanted, rows or [], strict=bool(rows)):
            self.enter(one, row)

    @rule(patient=PATIENTS, room=ROOMS, minutes=LENGTHS)
    def walk_in(self, patient: int, room: int, minutes: int) -> None:
        """Somebody stands at the desk."""
        start = self.model.now + timedelta(seconds=-self.model.now.timestamp() % 300)
        visit, chosen = self.talk(patient, minutes), self.chosen(room)
        wanted = self.known(visit, start, chosen, "booked", patient=patient)
        row = self.agree(
            self.model.is_free(wanted),
            lambda: appointments.walk_in(visit=visit, chosen=chosen, **self.facts),
        )
        self.enter(wanted, row)
        if row is not None:
            wanted.becomes(self.model.now, status="arrived")

    @precondition(lambda self: any(one.status == "held" for one in self.model.known))
    @rule(data=st.data())
    def confirm_hold(self, data: st.DataObject) -> None:
        """Turns a hold into an appointment while it lasts; one that belongs to an offer is the patient's to take."""
        one = self.some(data, "held")
        if any(offer.hold is one for wish in self.model.wishes for offer in wish.offers):
            return
        row = self.agree(
            one.occupies(self.model.now),
            lambda: appointments.confirm_hold(appointment=one.row, **self.facts),
        )
        if row is not None:
            one.becomes(self.model.now, status="booked", until=None)

    @rule()
    def let_go(self) -> None:
        """The regular job releases what lapsed."""
        appointments.release_lapsed(now=self.model.now)

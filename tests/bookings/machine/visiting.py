"""The day itself: yes, arrival, treatment, the end, nobody came, a mistake; and the time that passes until then."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.actions import appointments
from bookings.models import Appointment
from tests.bookings.conftest import FIRST
from tests.bookings.machine.base import Base
from tests.bookings.machine.model import Known
from tests.treatments import day

HALF_A_DAY = timedelta(hours=12)


class Visiting(Base):
    """What happens on the day."""

    @rule()
    def the_day_comes(self) -> None:
        """It is the morning of the visits; what was held until then has lapsed."""
        self.model.now = max(self.model.now, FIRST)

    @precondition(lambda self: any(one.status == "booked" for one in self.model.known))
    @rule(data=st.data())
    def its_hour_comes(self, data: st.DataObject) -> None:
        """Ten minutes before one of the visits."""
        one = self.some(data, "booked")
        self.model.now = max(self.model.now, one.start - timedelta(minutes=10))

    @rule(minutes=st.sampled_from([4, 11, 31]))
    def time_passes(self, minutes: int) -> None:
        """The clock goes on; holds and offers lapse by themselves."""
        self.model.now += timedelta(minutes=minutes)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """The patient says yes; saying it again changes nothing."""
        one = self.some(data)
        version = Appointment.objects.get(pk=one.row.pk).version
        row = self.agree(
            one.status == "booked", lambda: appointments.confirm(appointment=one.row, **self.facts)
        )
        if row is not None and row.version > version:
            one.becomes(self.model.now)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        """Here, on the day; after a no-show the old time must still be free."""
        self._arrive(self.some(data))

    def _arrive(self, one: Known) -> None:
        possible = one.status in ("booked", "noshow") and self.model.now >= one.start - HALF_A_DAY
        if one.status == "noshow":
            possible = possible and self.model.is_free(one, but=(one,))
        row = self.agree(possible, lambda: appointments.arrive(appointment=one.row, **self.facts))
        if row is not None:
            one.becomes(self.model.now, status="arrived")

    @precondition(lambda self: bool(self._to_treat()))
    @rule(data=st.data())
    def is_treated(self, data: st.DataObject) -> None:
        """The clock goes on to a visit; the patient comes, everything is answered and signed, the treatment begins."""
        one = data.draw(st.sampled_from(self._to_treat()))
        self.model.now = max(self.model.now, one.start - timedelta(minutes=10))
        self._arrive(one)
        self._start_first_session(one, is_ready=True)

    def _to_treat(self) -> list[Known]:
        firsts = [one for one in self.model.known if one.session is not None and one.session[1] == 1]
        return [one for one in firsts if one.status == "booked"]

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data(), is_ready=st.booleans())
    def start(self, data: st.DataObject, is_ready: bool) -> None:
        """The treatment begins when the patient is here and everything is answered and signed; a talk never does."""
        here = [one for one in self.model.known if one.status == "arrived"]
        one = data.draw(st.sampled_from(here or self.model.known))
        if one.session is not None and one.session[1] == 1 and one.status == "arrived":
            self._start_first_session(one, is_ready)
        elif one.session is None or one.status != "arrived":
            self.agree(False, lambda: appointments.start(appointment=one.row, **self.facts))

    def _start_first_session(self, one: Known, is_ready: bool) -> None:
        assert one.session is not None
        plan = self.plans[one.session[0]]
        was_ready = plan.consents.exists()
        if is_ready and one.session not in self.model.started:
            people = SimpleNamespace(
                location=self.clinic.location, desk=self.clinic.desk, doctor_user=self.clinic.desk
            )
            session = plan.sessions.get(number=1)
            day.make_ready(plan, cast(day.Clinic, people), session, now=self.model.now)
        elif was_ready and one.session not in self.model.started:
            return  # what was answered on another day may or may not still count
        possible = is_ready or one.session in self.model.started
        row = self.agree(possible, lambda: appointments.start(appointment=one.row, **self.facts))
        if row is not None:
            self.model.started.add(one.session)
            assert row.treatment_session is not None
            assert plan.sessions.get(number=1).status == "in-progress"

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def fulfil(self, data: st.DataObject) -> None:
        """The visit is over; its time stays taken."""
        one = self.some(data)
        possible = one.status in ("booked", "arrived", "fulfilled")
        row = self.agree(possible, lambda: appointments.fulfil(appointment=one.row, **self.facts))
        if row is not None and one.status != "fulfilled":
            one.status = "arrived"
            one.becomes(self.model.now, status="fulfilled")

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def noshow(self, data: st.DataObject) -> None:
        """Nobody came."""
        one = self.some(data)
        possible = one.status == "booked" and self.model.now >= one.start
        row = self.agree(possible, lambda: appointments.mark_noshow(appointment=one.row, **self.facts))
        if row is not None:
            one.becomes(self.model.now, status="noshow")

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def should_never_have_been(self, data: st.DataObject) -> None:
        """Entered in error."""
        one = self.some(data)
        row = self.agree(
            one.status in ("booked", "arrived", "fulfilled"),
            lambda: appointments.mark_entered_in_error(appointment=one.row, reason="twice", **self.facts),
        )
        if row is not None:
            one.becomes(self.model.now, status="entered-in-error")

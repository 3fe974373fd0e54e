"""The waitlist: who waits is offered the first time that the model finds, and takes it, leaves it, or lets it lapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.actions import offering, waiting
from bookings.models import WaitlistOffer
from clinic.intervals import Interval
from clinic.timekeeping import local_day
from tests.bookings.conftest import FIRST
from tests.bookings.machine.base import PLANS, STEP, Base
from tests.bookings.machine.model import MINUTE, Known, Offered, Wish

WINDOW = Interval(FIRST, FIRST + timedelta(hours=3))
LEAST_LEAD = timedelta(hours=2)
ACTIVE = ("waiting", "offered")
Expected = tuple[Wish, datetime] | None


class Waiting(Base):
    """What those who wait are offered, and what they do with it."""

    @rule(plan=PLANS)
    def wait(self, plan: int) -> None:
        """The first session of a plan would come, or come earlier, on the day of the visits."""
        on = local_day(FIRST, self.clinic.location.tz)
        session = self.plans[plan].sessions.get(number=1)
        waits = any(wish.plan == plan and wish.status in ACTIVE for wish in self.model.wishes)
        row = self.agree(
            not waits,
            lambda: waiting.add(session=session, from_on=on, until_on=on, **self.facts),
        )
        if row is not None:
            self.model.wishes.append(Wish(row, plan))

    @precondition(lambda self: bool(self.model.wishes))
    @rule()
    def offer(self) -> None:
        """Somebody or something has made the whole morning free: the first whom a start suits gets the first start."""
        expected = self._expected(WINDOW, ())
        row = offering.offer_next(location=self.clinic.location, freed=WINDOW, by=None, now=self.model.now)
        self._absorb(row, expected)

    @precondition(lambda self: any(wish.offers for wish in self.model.wishes))
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """The patient takes it: a booked session moves there, one without an appointment gets it."""
        wish, offer = self._some_offer(data)
        hold, session = offer.hold, (wish.plan, 1)
        standing = next((one for one in self.model.of_session(session) if one.status == "booked"), None)
        taken = self._as_taken(hold, standing, session)
        possible = offer.is_open and self.model.now < offer.until and hold.occupies(self.model.now)
        row = self.agree(
            possible and self._is_free_for(taken, hold, standing),
            lambda: waiting.accept(offer=offer.row, by=None, now=self.model.now),
        )
        if row is not None:
            offer.is_open, wish.status = False, "booked"
            self._take(row, hold, standing, taken)

    def _as_taken(self, hold: Known, standing: Known | None, session: tuple[int, int]) -> Known:
        """What there is afterwards: the hold itself, the appointment that moves, or a new one."""
        if standing is not None:
            end = hold.start + (standing.end - standing.start)
            return replace(standing, start=hold.start, end=end, claims=hold.claims)
        return replace(hold, status="booked", until=None, session=session)

    def _is_free_for(self, taken: Known, hold: Known, standing: Known | None) -> bool:
        """A hold for the session itself is only turned; any other goes, and what it leaves may be a closure's."""
        if standing is None and hold.session is not None:
            return True
        others = (standing,) if standing is not None else ()
        status, hold.status = hold.status, "cancelled"
        found = self.model.is_free(taken, but=others)
        hold.status = status
        return found

    def _take(self, row: object, hold: Known, standing: Known | None, taken: Known) -> None:
        now = self.model.now
        if standing is None and hold.session is not None:
            hold.becomes(now, status="booked", until=None)
            return
        hold.becomes(now, status="cancelled", until=None)
        if standing is not None:
            standing.becomes(now, start=taken.start, end=taken.end, claims=taken.claims)
        else:
            self.model.known.append(replace(taken, row=row, changed_at=now, before=None))  # type: ignore[arg-type]

    @precondition(lambda self: any(wish.offers for wish in self.model.wishes))
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        """The patient leaves it: it goes to the next."""
        wish, offer = self._some_offer(data)
        possible = offer.is_open and self.model.now < offer.until
        freed = Interval(offer.hold.start, offer.hold.end)
        expected = self._expected_after(wish, offer) if possible else None
        done = self.agree(possible, lambda: (waiting.decline(offer=offer.row, by=None, now=self.model.now),))
        if done is not None:
            assert freed == Interval(offer.hold.start, offer.hold.end)
            self._absorb(done[0], expected)

    @precondition(lambda self: any(wish.open_offer for wish in self.model.wishes))
    @rule(data=st.data())
    def lapse(self, data: st.DataObject) -> None:
        """The regular job: an offer that nobody answered in time goes to the next, any other one stays."""
        wish = data.draw(st.sampled_from([wish for wish in self.model.wishes if wish.open_offer]))
        offer = wish.open_offer
        assert offer is not None
        is_over = self.model.now >= offer.until
        expected = self._expected_after(wish, offer) if is_over else None
        self._absorb(waiting.lapse(offer=offer.row, now=self.model.now), expected)

    @precondition(lambda self: bool(self.model.wishes))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Nobody waits any more."""
        wish = data.draw(st.sampled_from(self.model.wishes))
        row = self.agree(wish.status in ACTIVE, lambda: waiting.withdraw(entry=wish.row, **self.facts))
        if row is not None:
            self._close(wish)
            wish.status = "withdrawn"

    def _some_offer(self, data: st.DataObject) -> tuple[Wish, Offered]:
        """Mostly one that is open."""
        pairs = [(wish, offer) for wish in self.model.wishes for offer in wish.offers]
        still_open = [pair for pair in pairs if pair[1].is_open]
        return data.draw(st.sampled_from(still_open or pairs))

    def _close(self, wish: Wish) -> None:
        offer = wish.open_offer
        if offer is not None:
            offer.is_open, wish.status = False, "waiting"
            if offer.hold.status == "held":
                offer.hold.becomes(self.model.now, status="cancelled", until=None)

    def _expected_after(self, wish: Wish, offer: Offered) -> Expected:
        """Closes an offer in the model, and says to whom its time goes: nobody who had any of it."""
        freed = Interval(offer.hold.start, offer.hold.end)
        self._close(wish)
        asked = tuple(
            other
            for other in self.model.wishes
            if any(Interval(one.hold.start, one.hold.end).overlaps(freed) for one in other.offers)
        )
        return self._expected(freed, asked)

    def _expected(self, freed: Interval, passed_over: tuple[Wish, ...]) -> Expected:
        """The first who waits and has a start, and the first start."""
        self.model.note_times()
        for wish in self.model.wishes:
            if wish.status == "waiting" and wish not in passed_over:
                start = freed.start + (FIRST - freed.start) % STEP
                while start < freed.end:
                    if self._suits(wish, start):
                        return wish, start
                    start += STEP
        return None

    def _suits(self, wish: Wish, start: datetime) -> bool:
        session, visit = (wish.plan, 1), self.treatment(wish.plan)
        standing = self.model.of_session(session)
        if start < self.model.now + LEAST_LEAD or any(one.status != "booked" for one in standing):
            return False
        if any(start >= one.start for one in standing):
            return False
        time = Interval(start, visit.ends_at(start))
        if any(time.overlaps(Interval(*one)) for one in self._left(wish)):
            return False
        wanted = (
            self.known(
                visit,
                start,
                self.clinic.chosen(room=room, pen=pen),
                "held",
                patient=self.patient_of(wish.plan),
            )
            for room in range(2)
            for pen in range(2)
        )
        return any(self.model.is_free(one) for one in wanted)

    def _left(self, wish: Wish) -> set[tuple[datetime, datetime]]:
        """The times that the patient was offered, or had for this session and has no longer."""
        stands = {
            (one.start, one.end)
            for one in self.model.known
            if one.session == (wish.plan, 1) and one.status in ("held", "booked", "arrived", "fulfilled")
        }
        had = self.model.had.get(wish.plan, set()) - stands
        return had | {(one.hold.start, one.hold.end) for one in wish.offers}

    def _absorb(self, row: WaitlistOffer | None, expected: Expected) -> None:
        """What was offered is what the model expected; it knows the hold from now on."""
        assert (row is None) == (expected is None), f"offered {row}, expected {expected}"
        if row is None or expected is None:
            return
        wish, start = expected
        held = row.hold
        assert (row.entry_id, held.starts_at) == (wish.row.pk, start)
        spans = held.claims.values_list("resource_id", "starts_at", "ends_at")
        claims = frozenset(
            (name, (begin - start) // MINUTE, (end - start) // MINUTE) for name, begin, end in spans
        )
        session = (wish.plan, 1) if held.treatment_session_id else None
        known = Known(
            held,
            self.patient_of(wish.plan),
            held.starts_at,
            held.ends_at,
            claims,
            "held",
            row.expires_at,
            session,
            self.model.now,
        )
        assert self.model.is_free(known)
        self.model.known.append(known)
        wish.status = "offered"
        wish.offers.append(Offered(row, known, row.expires_at))

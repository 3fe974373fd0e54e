"""The story of one plan: opened, tested for, booked whole; its patient comes, asks for other days, or stays away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from bookings.actions import appointments
from bookings.actions.reflowing import accept_reflow, propose_reflow, times_of
from bookings.demo.deck import Script, Stage, Temper
from bookings.demo.letters import Post
from bookings.demo.manners import Manners
from bookings.demo.opening import book_days, days_of, open_for, read_tests
from bookings.demo.shelf import Shelf
from bookings.demo.visits import visit
from bookings.demo.walking import Story, Walk
from bookings.demo.world import Catalogue, Place
from bookings.models import Appointment
from bookings.words import AppointmentStatus, CancelReason
from clinic.models import Patient
from clinic.timekeeping import instant
from treatments.models import TreatmentPlan

_REASONS = (CancelReason.TIME, CancelReason.TIME, CancelReason.ILL, CancelReason.RECOVERY, CancelReason.OTHER)
_HOURS = (time(9, 20), time(10, 40), time(12, 10), time(14, 25), time(15, 50), time(17, 5))
#: On these days the session of the day must not be moved by what happened before.
_FIXED = (Stage.TODAY, Stage.TOMORROW, Stage.YESTERDAY, Stage.SILENT, Stage.DUE, Stage.REACTED)


@dataclass(frozen=True)
class Chronicle:
    """What the story of every plan of a place needs."""

    place: Place
    catalogue: Catalogue
    shelf: Shelf
    post: Post
    walk: Walk

    def plan(self, script: Script, patient: Patient) -> Story:
        """From the consultation to the last visit."""
        rng = self.place.dice("series", script.number)
        now = yield self._consultation(script, rng)
        plan = open_for(self.place, self.catalogue, script, patient, now=now)
        now = yield now + timedelta(minutes=8)
        booked = book_days(self.place, self.catalogue, script, plan, now=now)
        for number, row in enumerate(booked, start=1):
            self.expect(row, self._manners(script, number, rng))
        self.walk.tell(read_tests(self.place, plan, now))
        yield from self._whim(script, plan, booked, rng)

    def _consultation(self, script: Script, rng: Random) -> datetime:
        """A week or more before the first session (which may come earlier than meant), yesterday at the latest."""
        first = days_of(self.place, self.catalogue, script)[0]
        day = min(first - timedelta(days=rng.randint(9, 14)), self.place.today - timedelta(days=1))
        return instant(day, rng.choice(_HOURS), self.place.location.tz)

    def expect(self, row: Appointment, manners: Manners) -> None:
        """The visit of an appointment will take place, or not."""
        self.walk.tell(visit(self.place, self.shelf, self.post, self.walk, row.pk, manners))

    def _manners(self, script: Script, number: int, rng: Random) -> Manners:
        """Somebody misses today's visit; the silent ones missed their last."""
        is_last = number > script.anchor
        misses = script.stage is Stage.SILENT and is_last
        misses |= script.stage is Stage.TODAY and number == script.anchor and script.number % 9 == 4
        misses |= (
            script.temper is Temper.MISSES and number == script.anchor - 1 and script.stage not in _FIXED
        )
        ill = script.stage is Stage.REACTED and number == script.anchor
        return Manners.by(rng, misses=misses, is_ill_after=ill)

    def _whim(self, script: Script, plan: TreatmentPlan, booked: Sequence[Appointment], rng: Random) -> Story:
        """What makes plans change: another day, a cancellation, a visit missed, and what follows."""
        place = script.anchor + 1 if script.stage in _FIXED else script.anchor - 1
        if script.temper is Temper.STEADY or not 1 <= place <= len(booked):
            return
        row = booked[place - 1]
        if script.temper is Temper.DRIFTS:
            now = yield self._before(row, rng, days=9)
            self._reflow(plan, now, rng, leaving=[place])
        elif script.temper is Temper.CANCELS:
            now = yield self._before(row, rng, days=2)
            self._cancel(row, now, rng)
            if script.stage not in _FIXED or rng.random() < 0.5:
                now = yield now + timedelta(hours=rng.randint(3, 20))
                self._reflow(plan, now, rng)
        elif script.stage not in _FIXED:
            now = yield row.starts_at + timedelta(hours=25)
            self._reflow(plan, now, rng)

    def _before(self, row: Appointment, rng: Random, *, days: int) -> datetime:
        """Some days before the visit, but in the story: what lies ahead was changed in the last days."""
        wanted = row.starts_at - timedelta(days=days, hours=rng.randint(0, 5))
        return min(wanted, self.place.now - timedelta(hours=rng.randint(2, 70)))

    def _cancel(self, row: Appointment, now: datetime, rng: Random) -> None:
        self.post.settle_due(now, patient=row.patient_id)
        standing = Appointment.objects.for_change().filter(pk=row.pk, status=AppointmentStatus.BOOKED).first()
        if standing is not None and standing.starts_at > now:
            appointments.cancel(
                appointment=standing, reason=rng.choice(_REASONS), by=None, by_patient=True, now=now
            )

    def _reflow(
        self, plan: TreatmentPlan, now: datetime, rng: Random, *, leaving: Sequence[int] = ()
    ) -> None:
        """The desk accepts what the planner proposes for the rest of the series."""
        plan = TreatmentPlan.objects.select_related("patient", "location__settings").get(pk=plan.pk)
        self.post.settle_due(now, patient=plan.patient_id)
        proposal = propose_reflow(plan, now=now, leaving=leaving, places_missing=True)
        if proposal.is_acceptable:
            for row in accept_reflow(plan=plan, times=times_of(proposal), by=self.place.desk, now=now):
                self.expect(row, Manners.by(rng))

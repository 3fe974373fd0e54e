"""Changing what stands: move, other room, exchange, cancel, take back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.actions import appointments
from bookings.words import OCCUPYING
from tests.bookings.machine.base import ROOMS, STARTS, Base
from tests.bookings.machine.model import UNDONE_WITHIN, Known


class Changing(Base):
    """What happens to an appointment before its day."""

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data(), start=STARTS)
    def move(self, data: st.DataObject, start: datetime) -> None:
        """Moves with the same resources and length."""
        one = self.some(data)
        new = one.at(start)
        possible = self.model.is_movable(one) and not self.model.is_past(start)
        row = self.agree(
            possible and self.model.is_free(new, but=(one,)) and self.model.keeps_distance(one, start),
            lambda: appointments.move(appointment=one.row, starts_at=start, **self.facts),
        )
        if row is not None:
            one.becomes(self.model.now, start=new.start, end=new.end)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data(), room=ROOMS)
    def reassign(self, data: st.DataObject, room: int) -> None:
        """Another room at the same time."""
        one, rooms = self.some(data), self.clinic.rooms
        claims = frozenset(
            (rooms[room] if name in rooms else name, begin, end) for name, begin, end in one.claims
        )
        new = replace(one, claims=claims)
        possible = self.model.is_movable(one) and not self.model.is_past(one.start)
        row = self.agree(
            possible and self.model.is_free(new, but=(one,)) and self.model.keeps_distance(one, one.start),
            lambda: appointments.reassign(
                appointment=self.fresh(one), chosen={"room": rooms[room]}, **self.facts
            ),
        )
        if row is not None:
            one.becomes(self.model.now, claims=new.claims)

    @precondition(lambda self: len(self.model.known) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        """Two exchange their times; those of one plan do not."""
        one, other = data.draw(st.permutations(self.model.known))[:2]
        pair = (one, other)
        new, newer = one.at(other.start), other.at(one.start)
        possible = all(self.model.is_movable(each) and not self.model.is_past(each.start) for each in pair)
        free = all(self.model.is_free(each, but=pair) for each in (new, newer)) and not new.overlaps(newer)
        apart = all(self.model.keeps_distance(each, each.start, but=pair) for each in (new, newer))
        of_one_plan = (
            one.session is not None and other.session is not None and one.session[0] == other.session[0]
        )
        rows = self.agree(
            possible and free and apart and not of_one_plan,
            lambda: appointments.swap(first=self.fresh(one), second=self.fresh(other), **self.facts),
        )
        if rows is not None:
            one.becomes(self.model.now, start=new.start, end=new.end)
            other.becomes(self.model.now, start=newer.start, end=newer.end)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancels what is held or booked."""
        one = self.some(data)
        if one.until is not None and one.until <= self.model.now:
            return
        row = self.agree(
            one.status in ("held", "booked"),
            lambda: appointments.cancel(appointment=one.row, reason="time", **self.facts),
        )
        if row is not None:
            one.becomes(self.model.now, status="cancelled", until=None)

    @precondition(lambda self: bool(self.model.known))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """The last change is taken back where the old time is still free and a treatment has not begun."""
        one = self.some(data)
        row = self.agree(
            self._can_be_undone(one), lambda: appointments.undo(appointment=self.fresh(one), **self.facts)
        )
        if row is not None and one.before is not None:
            was = one.before
            one.becomes(self.model.now, status=was.status, start=was.start, end=was.end, claims=was.claims)

    def _can_be_undone(self, one: Known) -> bool:
        before = one.before
        if before is None or self.model.now - one.changed_at > UNDONE_WITHIN:
            return False
        if one.status == "arrived" and one.session in self.model.started:
            return False
        if before.status not in OCCUPYING or self._keeps_its_time(one, before):
            return True
        is_to_come = before.start >= self.model.now
        if is_to_come and not self.model.keeps_distance(before, before.start, but=(one,)):
            return False
        return self.model.is_free(before, but=(one,))

    def _keeps_its_time(self, one: Known, before: Known) -> bool:
        """An arrival or the end of a visit left the time alone."""
        same = (one.start, one.end, one.claims) == (before.start, before.end, before.claims)
        return same and one.status in OCCUPYING

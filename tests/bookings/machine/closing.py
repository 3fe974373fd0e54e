"""Closures: they take what is free at once and the rest as it is left."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bookings.actions.closures import close, lift
from bookings.models import Claim
from clinic.models import Resource
from tests.bookings.machine.base import STARTS, Base
from tests.bookings.machine.model import Shut


class Closing(Base):
    """The practitioner's leave."""

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
    def closures_hold_what_is_left(self) -> None:
        """Inside a standing closure every minute of the resource belongs to the closure or to an appointment."""
        for shut in self.model.shut:
            claims = Claim.objects.filter(resource=shut.resource).touching(shut.start, shut.end)
            covered = sum(
                (min(one.ends_at, shut.end) - max(one.starts_at, shut.start) for one in claims), timedelta()
            )
            assert covered == shut.end - shut.start

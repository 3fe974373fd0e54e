"""What must hold after every step, asked of the database."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import invariant

from bookings.models import Appointment
from bookings.offers import OfferSubject
from bookings.reminders import AppointmentSubject
from clinic.messaging.models import Message
from tests.bookings.machine.base import Base
from tests.races.conftest import invariants


class Promises(Base):
    """The model and the rows agree, nobody is in two places, and what waits to be sent is what should be said."""

    @invariant()
    def the_database_agrees(self) -> None:
        """No overlap, claims exactly for who occupies, holds and offers with an end."""
        assert invariants() == []
        self.model.note_times()
        rows = Appointment.objects.in_bulk([one.row.pk for one in self.model.known])
        for one in self.model.known:
            row = rows[one.row.pk]
            lapsed = one.status == "held" and not one.occupies(self.model.now)
            assert row.status == one.status or (lapsed and row.status == "cancelled")
            assert (row.starts_at, row.ends_at) == (one.start, one.end)

    @invariant()
    def wishes_are_where_they_should_be(self) -> None:
        """An offer is open exactly while its wish is offered something."""
        for wish in self.model.wishes:
            wish.row.refresh_from_db()
            assert wish.row.status == wish.status
            open_ones = wish.row.offers.filter(status="open").values_list("pk", flat=True)
            assert list(open_ones) == [one.row.pk for one in wish.offers if one.is_open]

    @invariant()
    def messages_match(self) -> None:
        """Reconciling again would change nothing."""
        for one in self.model.known:
            self._says_what_it_should(AppointmentSubject(), one.row.pk)
        for wish in self.model.wishes:
            for offer in wish.offers:
                self._says_what_it_should(OfferSubject(), offer.row.pk)

    def _says_what_it_should(self, subject: Any, pk: int) -> None:
        row, now = subject.load(pk), self.model.now
        wanted = {
            (each.rule, each.scheduled_for) for each in subject.wanted(row, now) if each.expires_at > now
        }
        unsent = Message.objects.about(subject.name, pk).unsent().filter(expires_at__gt=now)
        assert set(unsent.values_list("rule", "scheduled_for")) == wanted

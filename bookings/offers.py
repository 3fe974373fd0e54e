"""The offer of a freed time as something that a message is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bookings.models import WaitlistOffer
from bookings.words import OfferStatus
from clinic.messaging.models import Message
from clinic.messaging.registry import Wanted
from clinic.messaging.words import MessageKind, Reason
from clinic.models import Location, Patient
from clinic.words import LinkPurpose
from treatments.naming import treatment_name


class OfferSubject:
    """One offer: said once, useful until the hold lapses."""

    name = "waitlist_offer"

    def load(self, pk: int, *, lock: bool = False) -> WaitlistOffer | None:
        """The offer with its entry and its hold."""
        rows = self._rows()
        return (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, WaitlistOffer]:
        """Those of a batch of messages, in one query."""
        return self._rows().in_bulk(list(pks))

    def _rows(self) -> QuerySet[WaitlistOffer]:
        return WaitlistOffer.objects.select_related(
            "entry__patient",
            "entry__treatment_session__protocol_version__protocol",
            "hold__location__settings",
            "hold__patient",
        ).defer("entry__treatment_session__protocol_version__definition")

    def patient(self, obj: WaitlistOffer) -> Patient:
        """Who is told."""
        return obj.entry.patient

    def location(self, obj: WaitlistOffer) -> Location:
        """Whose zone, quiet hours and name count."""
        return obj.hold.location

    def version(self, obj: WaitlistOffer) -> int:
        """An offer never changes; it is answered."""
        return 1

    def wanted(self, obj: WaitlistOffer, now: datetime) -> list[Wanted]:
        """The offer itself, while it is open."""
        if obj.status != OfferStatus.OPEN:
            return []
        return [
            Wanted(
                rule="OFFER",
                kind=MessageKind.WAITLIST_OFFER,
                scheduled_for=obj.offered_at,
                expires_at=obj.expires_at,
                link=LinkPurpose.OFFER,
            )
        ]

    def gate(self, obj: WaitlistOffer, message: Message, now: datetime) -> str | None:
        """Never after the answer or the end of the hold."""
        return None if obj.is_open(now) else Reason.NOT_WANTED

    def context(self, obj: WaitlistOffer, message: Message, now: datetime) -> dict[str, Any]:
        """The time, and until when it is kept."""
        facts: dict[str, Any] = {
            "starts_at": obj.hold.starts_at,
            "until_at": obj.expires_at,
            "link_until": obj.expires_at,
        }
        if message.channel == "email":
            facts["what"] = treatment_name(obj.entry.treatment_session)
        return facts

    def upcoming(self, now: datetime, until: datetime) -> Iterable[WaitlistOffer]:
        """Open offers, for the hourly healing."""
        return WaitlistOffer.objects.filter(status=OfferStatus.OPEN, expires_at__gt=now).select_related(
            "entry__patient", "hold__location__settings"
        )

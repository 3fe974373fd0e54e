"""Stock, counted from facts (P4): received minus what signed records used; and recall from lot to patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from clinic.messaging.models import Message
from clinic.messaging.words import MessageKind
from clinic.models import Location, Patient
from treatments.models import Lot, ProductUse, TreatmentSession
from treatments.words import RecordStatus

_AMOUNT = DecimalField(max_digits=12, decimal_places=3)


def with_stock(lots: QuerySet[Lot]) -> QuerySet[Lot, Any]:
    """Adds `used` and `left` to each lot, in the product's unit; a use without an amount counts as one."""
    used = (
        ProductUse.objects.filter(lot=OuterRef("pk"), record__status=RecordStatus.SIGNED)
        .order_by()
        .values("lot")
        .annotate(total=Sum(Coalesce("amount", Decimal(1)), output_field=_AMOUNT))
        .values("total")
    )
    return lots.annotate(
        used=Coalesce(Subquery(used, output_field=_AMOUNT), Decimal(0), output_field=_AMOUNT)
    ).annotate(left=F("received_amount") - F("used"))


@dataclass(frozen=True, kw_only=True, slots=True)
class StockLine:
    """One lot on the stock page."""

    lot: Lot
    used: Decimal
    left: Decimal
    is_expired: bool
    is_quarantined: bool

    @property
    def is_usable(self) -> bool:
        """Whether it may be logged."""
        return not self.is_expired and not self.is_quarantined


def stock_at(location: Location, *, on: date) -> list[StockLine]:
    """Every lot at a location with what is left, soonest to expire first."""
    rows = with_stock(Lot.objects.filter(location=location).select_related("product"))
    return [
        StockLine(
            lot=row,
            used=row.used,
            left=row.left,
            is_expired=row.expires_on < on,
            is_quarantined=row.quarantined_at is not None,
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """One session in which a lot was used, with who was treated and when."""

    session: TreatmentSession
    patient: Patient
    performed_at: datetime
    amount: Decimal | None
    unit: str
    zones: tuple[str, ...]


def recall(lot: Lot) -> list[Recalled]:
    """Exactly the sessions in which a lot was used, newest first: the patients to tell (BR-07)."""
    rows = (
        ProductUse.objects.filter(lot=lot, record__status=RecordStatus.SIGNED)
        .select_related("record__session__plan__patient", "record__session__plan__location")
        .prefetch_related("record__zones")
        .order_by("-record__session__performed_at", "id")
    )
    return [
        Recalled(
            session=row.record.session,
            patient=row.record.session.plan.patient,
            performed_at=row.record.session.performed_at or row.record.created_at,
            amount=row.amount,
            unit=row.unit,
            zones=tuple(f"{part.zone} {part.side}" for part in row.record.zones.all()),
        )
        for row in rows
    ]


def recall_rule(lot: Lot) -> str:
    """The rule under which the messages of a recall stand in the outbox."""
    return f"RECALL_{lot.pk}"


def recall_messages(lot: Lot) -> dict[int, Message]:
    """The message that each patient of a lot got or will get, by the patient's id."""
    rows = Message.objects.filter(kind=MessageKind.LOT_RECALL, rule=recall_rule(lot)).order_by("id")
    return {row.patient_id: row for row in rows}


def lots_used_in(session: TreatmentSession) -> list[Lot]:
    """The lots of one session's signed record."""
    return list(
        Lot.objects.filter(uses__record__session=session, uses__record__status=RecordStatus.SIGNED)
        .select_related("product")
        .distinct()
        .order_by("pk")
    )


def patients_of_same_lots(session: TreatmentSession) -> QuerySet[Patient]:
    """Other patients treated with a lot of this session: looked up for late infections and panniculitis (6.4)."""
    lots = lots_used_in(session)
    return (
        Patient.objects.filter(
            plans__sessions__record__products__lot__in=lots,
            plans__sessions__record__status=RecordStatus.SIGNED,
        )
        .exclude(pk=session.plan.patient_id)
        .distinct()
    )

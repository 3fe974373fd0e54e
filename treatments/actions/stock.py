"""Lots: received, quarantined, given free again. What is left is counted, never stored (P4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.models import Location
from clinic.timekeeping import local_day
from treatments.models import Lot, Product


@transaction.atomic
def receive_lot(
    *,
    product: Product,
    location: Location,
    number: str,
    expires_on: date,
    amount: Decimal,
    by: Any,
    now: datetime,
) -> Lot:
    """A batch arrives. An expired one is refused (`lot_expired`), a number known here already too (`lot_known`)."""
    if expires_on < local_day(now, location.tz):
        raise DomainError("lot_expired", _("This lot has expired already."))
    if amount <= 0:
        raise DomainError("amount", _("Write how much was received."))
    if Lot.objects.filter(product=product, location=location, number=number.strip()).exists():
        raise DomainError("lot_known", _("This lot is on file already."))
    return Lot.objects.create(
        product=product,
        location=location,
        number=number.strip(),
        expires_on=expires_on,
        received_at=now,
        received_by=by,
        received_amount=amount,
    )


@transaction.atomic
def quarantine_lot(lot: Lot, *, by: Any, now: datetime) -> Lot:
    """From now on nobody can log it; quarantining it again changes nothing (BR-07)."""
    lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot.pk)
    if lot.quarantined_at is None:
        lot.quarantined_at, lot.quarantined_by = now, by
        lot.save(update_fields=["quarantined_at", "quarantined_by"])
    return lot


@transaction.atomic
def free_lot(lot: Lot) -> Lot:
    """It may be used again; who quarantined it and when stays in the history."""
    lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot.pk)
    lot.quarantined_at = lot.quarantined_by = None
    lot.save(update_fields=["quarantined_at", "quarantined_by"])
    return lot

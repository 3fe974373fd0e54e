"""Recall: every patient who was treated with a lot is asked to call the clinic (BR-07)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.messaging.actions.outbox import say
from clinic.messaging.registry import Wanted
from clinic.messaging.words import MessageKind
from treatments.entitled import must_be_entitled
from treatments.models import Lot
from treatments.queries.stock import recall, recall_rule

#: After that a person must have called: a late text would only frighten.
LASTS = timedelta(days=3)


@transaction.atomic
def tell_patients(lot: Lot, *, by: Any, now: datetime) -> int:
    """One message to each patient of a quarantined lot, about the last session with it; gives to how many.

    The text names no product and no treatment. `not_quarantined` while the lot may still be used; calling it twice
    tells nobody twice.
    """
    must_be_entitled(by, lot.location)
    if lot.quarantined_at is None:
        raise DomainError("not_quarantined", _("Quarantine the lot first: nobody else should get it."))
    newest = {row.patient.pk: row for row in reversed(recall(lot))}
    for row in newest.values():
        wanted = Wanted(
            rule=recall_rule(lot),
            kind=MessageKind.LOT_RECALL,
            scheduled_for=now,
            expires_at=now + LASTS,
            once=True,
        )
        say("session", row.session, wanted, by=by, now=now)
    return len(newest)

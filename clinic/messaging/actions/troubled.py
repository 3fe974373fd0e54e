"""Dead, unknown and undelivered messages: send again, say that it is dealt with, or make it a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.errors import DomainError
from clinic.messaging.models import Message
from clinic.messaging.nudging import nudge_after_commit
from clinic.messaging.words import MESSAGE_TRANSITIONS, TROUBLED, MessageStatus
from clinic.models import Task
from clinic.statuses import move
from clinic.words import Urgency


@transaction.atomic
def retry(message: Message, *, by: Any, now: datetime) -> Message:
    """Sends a dead or unknown message again, as if for the first time. Refused when it would come too late."""
    row = _troubled(message)
    if row.status == MessageStatus.UNDELIVERED:
        raise DomainError("already_sent", _("The provider took this message; call the patient instead."))
    if now >= row.expires_at:
        raise DomainError("too_late", _("This message would come too late now."))
    changes = {"attempts": 0, "next_attempt_at": now, "handled_at": None, "handled_by": None}
    move(
        row,
        MessageStatus.PENDING,
        transitions=MESSAGE_TRANSITIONS,
        by=by,
        now=now,
        reason="retry",
        changes=changes,
    )
    nudge_after_commit()
    return row


@transaction.atomic
def mark_handled(message: Message, *, by: Any, now: datetime) -> Message:
    """Somebody has dealt with it: it leaves the list; what happened stays."""
    row = _troubled(message)
    row.handled_at, row.handled_by = now, by
    row.save(update_fields=["handled_at", "handled_by"])
    return row


@transaction.atomic
def make_call(message: Message, *, by: Any, now: datetime) -> Task:
    """Opens a task to call the patient, and takes the message off the list."""
    row = mark_handled(message, by=by, now=now)
    return open_task(
        kind="call-patient",
        location=row.location,
        patient=row.patient,
        owner=None,
        urgency=Urgency.NEXT_DAY,
        is_clinical=False,
        sentence=_("Call the patient: “%(kind)s” could not be delivered.") % {"kind": row.get_kind_display()},
        subject_type="message",
        subject_id=row.pk,
        dedupe_key=f"call-patient:message:{row.pk}",
        now=now,
        by=by,
    )


def _troubled(message: Message) -> Message:
    row = (
        Message.objects.select_for_update(of=("self",))
        .select_related("patient", "location")
        .get(pk=message.pk)
    )
    if row.status not in TROUBLED:
        raise DomainError("not_troubled", _("This message needs nothing any more."))
    return row

"""Replies: STOP acts at once, a word about an appointment goes to whoever knows appointments, the rest to the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.messaging.actions.choices import start_again, stop_all
from clinic.messaging.channels.base import Inbound
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.registry import Reply, reply_handler
from clinic.messaging.replies import meaning
from clinic.messaging.words import ACCEPTED, Channel, InboundWord
from clinic.models import Location, Patient
from clinic.words import Urgency

#: Free words wait for a person; that somebody is unwell does not wait long.
_URGENCY = {InboundWord.SICK: Urgency.SAME_DAY, InboundWord.HELP: Urgency.NEXT_DAY}


@transaction.atomic
def take_inbound(provider: str, inbound: Inbound, *, now: datetime) -> InboundMessage | None:
    """Keeps a reply and does what it asks; None when it was counted before."""
    patients = _patients_of(inbound.sender)
    patient = patients[0] if len(patients) == 1 else _last_written_to(patients)
    row, is_new = InboundMessage.objects.get_or_create(
        provider=provider,
        report_id=inbound.report_id,
        defaults={
            "channel": Channel.SMS,
            "sender": inbound.sender[:254],
            "patient": patient,
            "location": _location_of(patient),
            "text": inbound.text,
            "word": meaning(inbound.text),
            "received_at": now,
        },
    )
    if not is_new:
        return None
    effect = _act(row, patients, now=now)
    if effect is not None:
        row.effect, row.handled_at = effect[:200], now
        row.save(update_fields=["effect", "handled_at"])
    else:
        _ask_desk(row, now=now)
    return row


@transaction.atomic
def mark_read(row: InboundMessage, *, by: Any, now: datetime) -> InboundMessage:
    """Somebody has read and answered it."""
    locked = InboundMessage.objects.select_for_update().get(pk=row.pk)
    if locked.handled_at is None:
        locked.handled_at, locked.handled_by = now, by
        locked.save(update_fields=["handled_at", "handled_by"])
    return locked


def _act(row: InboundMessage, patients: list[Patient], *, now: datetime) -> str | None:
    """What followed, in words; None leaves it to the desk."""
    if row.word == InboundWord.STOP:
        for patient in patients:
            stop_all(patient, channel=row.channel, source=f"STOP by {row.channel}", now=now)
        return _("no more texts to this number")
    if row.word == InboundWord.START:
        for patient in patients:
            start_again(patient, channel=row.channel, source=f"START by {row.channel}", now=now)
        return _("texts again to this number")
    handler = reply_handler(InboundWord(row.word))
    if handler is None or row.patient is None or row.location is None:
        return None
    return handler(Reply(patient=row.patient, location=row.location, text=row.text, received_at=now))


def _ask_desk(row: InboundMessage, *, now: datetime) -> None:
    """A task for the desk; a number that nobody has still shows in the inbox of the operators."""
    if row.patient is None or row.location is None:
        return
    open_task(
        kind="reply",
        location=row.location,
        patient=row.patient,
        owner=None,
        urgency=_URGENCY.get(InboundWord(row.word), Urgency.NEXT_DAY),
        is_clinical=False,
        sentence=_("The patient wrote back: %(what)s.") % {"what": row.get_word_display()},
        subject_type="inbound_message",
        subject_id=row.pk,
        dedupe_key=f"reply:{row.pk}",
        now=now,
    )


def _patients_of(number: str) -> list[Patient]:
    return list(Patient.objects.filter(phone=number, anonymised_at__isnull=True).order_by("id"))


def _last_written_to(patients: list[Patient]) -> Patient | None:
    """A shared number: whoever got the last text is meant."""
    sent = Message.objects.filter(patient__in=patients, channel=Channel.SMS, status__in=ACCEPTED)
    last = sent.order_by("-sent_at").select_related("patient").first()
    return last.patient if last else None


def _location_of(patient: Patient | None) -> Location | None:
    """Where the last text came from, or where the patient is at home."""
    if patient is None:
        return None
    last = (
        Message.objects.for_patient(patient)
        .accepted()
        .order_by("-sent_at")
        .select_related("location")
        .first()
    )
    if last is not None:
        return last.location
    home = patient.registrations.select_related("location").order_by("-is_home", "id").first()
    return home.location if home else None

"""What a patient's reply does to an appointment: C confirms, HERE checks in, SICK asks the desk to call."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.actions.visiting import arrive, confirm
from bookings.models import Appointment
from clinic.actions.tasks import open_task
from clinic.messaging.registry import Reply, register_reply
from clinic.messaging.words import InboundWord
from clinic.timekeeping import day_bounds, local_day
from clinic.words import Urgency

#: HERE and SICK are about an appointment of the same local day that began at most so long ago.
LATEST = timedelta(hours=1)


def confirm_by_reply(reply: Reply) -> str | None:
    """Confirms the next appointment of the patient."""
    row = Appointment.objects.for_change().upcoming(reply.received_at).filter(patient=reply.patient).first()
    if row is None:
        return None
    confirm(appointment=row, by=None, now=reply.received_at)
    return _("confirmed %(when)s") % {"when": _when(row)}


def arrive_by_reply(reply: Reply) -> str | None:
    """Checks the patient in for today's appointment."""
    row = _today(reply)
    if row is None:
        return _("is here already") if _is_here(reply) else None
    arrive(appointment=row, by=None, now=reply.received_at)
    return _("arrived for %(when)s") % {"when": _when(row)}


def call_by_reply(reply: Reply) -> str | None:
    """The patient is unwell: the desk calls. Nothing is cancelled by a word."""
    row = _today(reply) or (
        Appointment.objects.for_change().upcoming(reply.received_at).filter(patient=reply.patient).first()
    )
    if row is None:
        return None
    open_task(
        kind="patient-unwell",
        location=row.location,
        patient=row.patient,
        owner=None,
        urgency=Urgency.SAME_DAY,
        is_clinical=False,
        sentence=_("Unwell before the appointment on %(when)s: call.") % {"when": _when(row)},
        subject_type="appointment",
        subject_id=row.pk,
        dedupe_key=f"patient-unwell:{row.pk}:{row.agreed_version}",
        now=reply.received_at,
    )
    return _("the desk will call")


def _today(reply: Reply) -> Appointment | None:
    zone = reply.location.tz
    day = day_bounds(local_day(reply.received_at, zone), zone)
    rows = Appointment.objects.for_change().upcoming(reply.received_at - LATEST).filter(patient=reply.patient)
    return rows.filter(starts_at__lt=day.end).first()


def _is_here(reply: Reply) -> bool:
    """Whether the patient wrote it twice, or the desk was faster."""
    return Appointment.objects.in_the_house(reply.received_at).filter(patient=reply.patient).exists()


def _when(row: Appointment) -> str:
    return date_format(row.starts_at.astimezone(row.location.tz), "D j M H:i")


def register_replies() -> None:
    """Called when the apps are ready."""
    register_reply(InboundWord.CONFIRM, confirm_by_reply)
    register_reply(InboundWord.HERE, arrive_by_reply)
    register_reply(InboundWord.SICK, call_by_reply)

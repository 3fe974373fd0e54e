"""From the waiting room into the treatment: the one gate looks once more, now with everything settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings.actions.changing import locked
from bookings.care import anchors_of
from bookings.models import Appointment
from bookings.refusals import Refused
from bookings.units import unit
from bookings.words import AppointmentStatus
from treatments.actions.sessions import start_session


@unit
def start(*, appointment: Appointment, by: Any, now: datetime, version: int | None = None) -> Appointment:
    """The treatment of an arrived patient begins; doing it again changes nothing.

    Refused with every reason of the gate: unanswered questions, consent, patch tests, intervals. The appointment
    itself stays `arrived` until the session is signed.
    """
    row = locked(appointment, version=version)
    if row.status != AppointmentStatus.ARRIVED:
        raise Refused("not_here", _("Only somebody who has arrived can be treated."))
    session = row.treatment_session
    if session is None:
        raise Refused("no_session", _("A visit without a treatment session is finished, not started."))
    anchors = anchors_of(session.plan, now=now, without=[row.pk])
    start_session(session, by=by, now=now, anchors=anchors)
    return row

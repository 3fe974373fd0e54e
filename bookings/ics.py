"""Calendar entries that update in place: one UID per appointment, SEQUENCE is its version, CANCEL removes it.

The text is neutral: a calendar is read over shoulders. No treatment, no practitioner, no patient.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from bookings.models import Appointment
from bookings.words import FINAL, AppointmentStatus

PRODUCT = "-//Collagenda//Appointments//EN"
MIME_TYPE = "text/calendar"
#: The visit took place: its entry stays in the calendar.
_STAYS = AppointmentStatus.FULFILLED


def uid(appointment: Appointment) -> str:
    """The same for the whole life of an appointment, whatever happens to it."""
    return f"appointment-{appointment.pk}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def calendar_file(appointments: Iterable[Appointment], *, now: datetime) -> bytes:
    """An iCalendar file: METHOD CANCEL when everything in it is over without a visit, REQUEST otherwise."""
    rows = list(appointments)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if rows and all(map(is_cancelled, rows)) else "REQUEST")
    for row in rows:
        calendar.add_component(_entry(row, now))
    return bytes(calendar.to_ical())


def is_cancelled(appointment: Appointment) -> bool:
    """Whether the entry should leave the patient's calendar."""
    return appointment.status in FINAL and appointment.status != _STAYS


def _entry(row: Appointment, now: datetime) -> Event:
    place = row.location
    entry = Event()
    entry.add("uid", uid(row))
    entry.add("sequence", row.version)
    entry.add("dtstamp", now)
    entry.add("dtstart", row.starts_at.astimezone(place.tz))
    entry.add("dtend", row.ends_at.astimezone(place.tz))
    entry.add("summary", _("Appointment at %(clinic)s") % {"clinic": place.message_name})
    entry.add("location", place.address or place.message_name)
    entry.add("description", _("Questions? Call %(phone)s.") % {"phone": place.phone})
    entry.add("status", "CANCELLED" if is_cancelled(row) else "CONFIRMED")
    if place.email:
        entry.add("organizer", f"mailto:{place.email}")
    return entry

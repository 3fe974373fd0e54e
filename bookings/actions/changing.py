"""The one way in which an appointment row changes: locked, compared, raised by a version, noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from bookings.models import Appointment
from bookings.words import APPOINTMENT_TRANSITIONS, Agreement
from clinic.errors import Stale
from clinic.statuses import IllegalMove, record


def locked(appointment: Appointment, *, version: int | None = None) -> Appointment:
    """The row as it is now, locked until the transaction ends, with what messages and rules read.

    `version` is what the person saw; another one is refused with who changed what, and when.
    """
    return locked_all({appointment.pk: version})[appointment.pk]


def locked_all(versions: Mapping[int, int | None]) -> dict[int, Appointment]:
    """The same for several appointments by id, locked in the order of their ids in one query."""
    rows = (
        Appointment.objects.for_change()
        .select_for_update(of=("self",))
        .filter(pk__in=list(versions))
        .order_by("pk")
    )
    found = {row.pk: row for row in rows}
    for pk, version in versions.items():
        if version is not None and version != found[pk].version:
            raise Stale("stale_version", what_happened(found[pk]))
    return found


def change(
    row: Appointment,
    to: str,
    *,
    by: Any,
    now: datetime,
    why: str = "",
    agreement: Agreement | None = None,
    **columns: Any,
) -> None:
    """Writes new columns with the next version and inserts the status row.

    The row must be locked. The same status is allowed for a change of time or of resources; any other needs an
    arrow in the table. `agreement` says that what was agreed with the patient changed.
    """
    before = row.status
    if to != before and to not in APPOINTMENT_TRANSITIONS[before]:
        raise IllegalMove(f"Appointment: {before} → {to}")
    if agreement is not None:
        columns = {"agreed_version": row.version + 1, "agreed_at": now, "agreement": agreement, **columns}
    values = {"status": to, "version": row.version + 1, **columns}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    record(row, before, to, by=by, now=now, reason=why)


def what_happened(row: Appointment) -> str:
    """Who changed an appointment last, what and when: "Anna Berg moved this to Tue 10:30 two minutes ago"."""
    last = row.status_changes.select_related("changed_by").order_by("-id").first()
    if last is None:
        return _("Somebody changed this a moment ago. Look again before you go on.")
    who = last.changed_by.get_full_name() if last.changed_by else _("Somebody")
    what = str(last.reason) if last.from_status == last.to_status else row.get_status_display()
    return _("%(who)s changed this %(ago)s ago: %(what)s. Look again before you go on.") % {
        "who": who,
        "ago": timesince(last.changed_at),
        "what": what,
    }


def when_text(moment: datetime, row: Appointment) -> str:
    """A time with its weekday on the location's wall: "Tue 3 Mar 10:30"."""
    return date_format(moment.astimezone(row.location.tz), "D j M H:i")

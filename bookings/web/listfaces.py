"""The lines of the board's list as they are written on the page; docs/adr/0300 says why in Python.

What lines share is worked out once for a page. Every text of people goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.board import Line
from bookings.boardvisits import BoardPatient, BoardVisit
from bookings.web.appointments import quick_verb
from bookings.web.marks import mark_of, what_of
from clinic.access import may
from clinic.icons import icon_svg
from clinic.models import Location
from clinic.roles import Permission
from clinic.templatetags.ui import badge, button


class Lines:
    """Writes the lines of one page; `here` is the address of the list, for the way back."""

    def __init__(
        self, request: HttpRequest, location: Location, labels: Mapping[str, str], *, here: str, now: datetime
    ) -> None:
        self._user, self._zone, self._labels, self._now = request.user, location.tz, labels, now
        self._may_book = may(request.user, Permission.BOOK, location)
        self._page, self._verb = reverse("bookings:appointment", args=[0]).split("0")
        self._back = f"?next={quote(here)}"
        told = {"csrfmiddlewaretoken": get_token(request), "next": here} if self._may_book else {}
        self._hidden = "".join(map(_hidden, told, told.values()))
        self._time, self._for, self._with = (escape(one) for one in (_("Time"), _("For"), _("With")))
        self._phone, self._status = escape(_("Phone")), escape(_("Status"))
        self._alert = f' <span class="appt-alert">{icon_svg("alert", _("alert"))}</span>'
        self._first = f' <span class="appt-first">{escape(_("first visit"))}</span>'
        self._badges: dict[tuple[Any, ...], str] = {}
        self._buttons: dict[str, tuple[str, str, str]] = {}

    def line(self, line: Line) -> SafeString:
        """A row of the table."""
        row = line.appointment
        now = ' class="is-now"' if row.starts_at <= self._now < row.ends_at else ""
        return mark_safe(
            f"<tr{now}>"
            f'<td data-label="{self._time}" class="nowrap">{self._clock(row.starts)}–{self._clock(row.ends)}</td>'
            f'<th scope="row">{self._who(line)}</th>'
            f'<td data-label="{self._for}">{self._what(line)}</td>'
            f'<td data-label="{self._with}">{_names(line)}</td>'
            f'<td data-label="{self._phone}" class="nowrap">{_phone(row.patient)}</td>'
            f'<td data-label="{self._status}">{self._badge(row)}</td>'
            f"<td>{self._do(row)}</td></tr>"
        )

    def _who(self, line: Line) -> str:
        row = line.appointment
        url = f"{self._page}{row.pk}{self._verb}"
        return (
            f'<a id="r{row.pk}" href="{url}{escape(self._back)}" hx-get="{url}" hx-target="#dialog">'
            f"{escape(row.patient.full_name)}</a>"
            f"{self._alert if row.patient.alert else ''}{self._first if line.is_first else ''}"
        )

    def _what(self, line: Line) -> str:
        number = f' <span class="hint nowrap">{line.number}/{line.total}</span>' if line.number else ""
        what = escape(capfirst(what_of(line.appointment, self._labels)))
        return f'<span class="line-what">{what}{number}</span>'

    def _badge(self, row: BoardVisit) -> str:
        mark = mark_of(row, now=self._now)
        key = (row.status, mark.icon)
        if key not in self._badges:
            self._badges[key] = badge(mark.word, tone=mark.tone, icon=mark.icon)
        return self._badges[key]

    def _do(self, row: BoardVisit) -> str:
        """The one thing to do next, as a form that works without script too."""
        verb = quick_verb(self._user, row, self._now) if self._may_book else None
        if verb is None:
            return ""
        before, after, face = self._face(verb)
        url = f"{before}{row.pk}{after}"
        return (
            f'<form method="post" action="{url}" hx-post="{url}" hx-swap="none">{self._hidden}'
            f"{_hidden('version', row.version)}{face}</form>"
        )

    def _face(self, verb: dict[str, Any]) -> tuple[str, str, str]:
        """The address before and after the id, and the button."""
        code = verb["code"]
        if code not in self._buttons:
            before, after = reverse("bookings:appointment-do", args=[0, code]).split("0")
            self._buttons[code] = (before, after, button(verb["word"], icon=verb["icon"], size="small"))
        return self._buttons[code]

    def _clock(self, seconds: int) -> str:
        return f"{datetime.fromtimestamp(seconds, self._zone):%-H:%M}"


def _hidden(name: str, value: object) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value))}">'


def _names(line: Line) -> str:
    swatch = f'<span class="swatch p{line.colour}" aria-hidden="true"></span> ' if line.colour else ""
    return f"{swatch}{escape(line.with_names) or '–'}"


def _phone(patient: BoardPatient) -> str:
    phone = patient.phone
    return f'<a href="tel:{phone.as_e164}">{escape(phone.as_international)}</a>' if phone else "–"

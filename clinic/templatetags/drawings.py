"""`{% ribbon %}` and `{% recovery_curve %}`: the two drawings of the product, from plain values."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from clinic.curve import Curve, curve_drawing
from clinic.ribbon import Mark, Ribbon, card_ribbon, counted, full_ribbon, marks_of

register = template.Library()

#: How each mark is said in one word.
_WORDS = {
    Mark.PERFORMED: _("done"),
    Mark.BOOKED: _("booked"),
    Mark.PROPOSED: _("proposed"),
    Mark.OPEN: _("open"),
    Mark.OVERDUE: _("overdue"),
    Mark.MISSED: _("missed"),
    Mark.ON_HOLD: _("on hold"),
    Mark.STOPPED: _("stopped"),
}
SIZES = ("full", "card", "phone")


@register.filter
def mark_word(mark: str) -> str:
    """What a mark says: done, booked, overdue."""
    return str(_WORDS[Mark(mark)])


@register.simple_tag
def ribbon(series: Ribbon, size: str = "full", current: int | None = None) -> SafeString:
    """`{% ribbon series size="card" current=3 %}`; `full` turns into the `phone` list where it is narrow."""
    if size not in SIZES:
        raise template.TemplateSyntaxError(f"Unknown size {size!r}; use one of {', '.join(SIZES)}.")
    marks = marks_of(series)
    if size == "card":
        return _card(marks, _place(series, current), series.title, get_language())
    drawing = {"drawing": full_ribbon(series), "title": _title(series.title, marks)}
    return render_to_string("components/ribbon.html", {"size": size, "current": current, **drawing})


@lru_cache(maxsize=4096)
def _card(marks: tuple[Mark, ...], current: int | None, title: str, language: str | None) -> SafeString:
    """Hundreds of cards on a board share a few dozen drawings: each is rendered once per language."""
    drawing = {"drawing": card_ribbon(marks), "title": _title(title, marks), "current": current}
    return mark_safe(render_to_string("components/ribbon_card.html", drawing).strip())


def _place(series: Ribbon, number: int | None) -> int | None:
    """The place of the session with that number, from 1."""
    numbers = [session.number for session in series.sessions]
    return numbers.index(number) + 1 if number in numbers else None


def _title(title: str, marks: tuple[Mark, ...]) -> str:
    """The drawing in one line: whose series, how many sessions, how many of which kind."""
    total = len(marks)
    whole = ngettext("series of %(total)d session", "series of %(total)d sessions", total) % {"total": total}
    parts = [f"{count} {mark_word(mark)}" for mark, count in counted(marks)]
    return (f"{title}: " if title else "") + ", ".join([whole, *parts])


@register.inclusion_tag("components/curve.html")
def recovery_curve(curve: Curve, table: bool = True) -> dict[str, Any]:
    """`{% recovery_curve curve %}`: `table=False` where the page lists the answers itself."""
    return {"curve": curve, "drawing": curve_drawing(curve), "table": table}

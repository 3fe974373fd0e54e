"""`{% ribbon %}` and `{% recovery_curve %}`: the two drawings of the product, from plain values."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinic.curve import Curve, curve_drawing
from clinic.ribbon import Dot, Mark, Ribbon, card_ribbon, counted, full_ribbon, marks_of

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
#: What stands inside the dot of a mark.
_INSIDE = {
    Mark.BOOKED: '<circle class="rb-core" r="1.5"/>',
    Mark.MISSED: '<path class="rb-glyph-red" d="M-1.5-1.5l3 3M1.5-1.5l-3 3"/>',
}
_AXIS = '<line class="rb-axis" x1="4%" y1="7" x2="96%" y2="7"/>'
_TRACK = '<rect class="rb-track" y="4" width="100%" height="6" rx="3"/>'
_PART = '<rect class="rb-part rb-part-{}" x="{}%" y="4" width="{}%" height="6"/>'
_CARD = (
    '<span class="ribbon ribbon-card"><svg role="img" height="14"><title>{}</title>{}</svg>'
    '<span class="ribbon-count" aria-hidden="true">{}/{}</span></span>'
)
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
        return card_drawing(marks, _place(series, current), series.title)
    drawing = {"drawing": full_ribbon(series), "title": _title(series.title, marks)}
    return render_to_string("components/ribbon.html", {"size": size, "current": current, **drawing})


def card_drawing(marks: tuple[Mark, ...], current: int | None, title: str) -> SafeString:
    """The small drawing for a card; `current` is the place of a session, from 1. A board draws hundreds at once."""
    drawing = card_ribbon(marks)
    if drawing.bar:
        parts = format_html_join("", _PART, ((one.mark, one.x, one.width) for one in drawing.bar))
        inside = mark_safe(_TRACK + parts)
    else:
        dots = [_dot(one, place == current) for place, one in enumerate(drawing.dots, start=1)]
        inside = mark_safe(_AXIS + "".join(dots))
    return format_html(_CARD, _title(title, marks), inside, current or drawing.performed, drawing.total)


def _dot(dot: Dot, is_current: bool) -> str:
    halo = '<circle class="rb-halo" r="6.5"/>' if is_current else ""
    return (
        f'<svg x="{dot.x}%" y="7" overflow="visible" class="rb-dot">{halo}'
        f'<circle class="rb-{dot.mark}" r="3.8"/>{_INSIDE.get(dot.mark, "")}</svg>'
    )


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

"""How days and times are written: with the weekday, in the reader's language, in the active time zone."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()


def _local(moment: date | datetime) -> date | datetime:
    return (
        timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    )


#: How each language writes a day: short, short with the year, long. English where nothing else is said.
_DAYS = {
    "en": ("D j M", "D j M Y", "l j F"),
    "de": ("D, j. M", "D, j. M Y", "l, j. F"),
    "es": ("D j b", "D j b Y", r"l j \d\e F"),
    "fr": ("D j b", "D j b Y", "l j F"),
    "tr": ("j M D", "j M Y D", "j F l"),
    "zh-hans": ("n月j日D", "Y年n月j日D", "n月j日l"),
}


def _as_written(moment: date | datetime, length: int) -> str:
    formats = _DAYS.get(get_language() or "", _DAYS["en"])
    return date_format(_local(moment), formats[length], use_l10n=False)


@register.filter
def day(moment: date | datetime | None) -> str:
    """Sat 21 Nov."""
    return _as_written(moment, 0) if moment else ""


@register.filter
def day_year(moment: date | datetime | None) -> str:
    """Sat 21 Nov 2026."""
    return _as_written(moment, 1) if moment else ""


@register.filter
def day_long(moment: date | datetime | None) -> str:
    """Saturday 21 November."""
    return _as_written(moment, 2) if moment else ""


@register.filter
def clock(moment: datetime | None) -> str:
    """9:30, on the 24-hour clock."""
    return date_format(_local(moment), "G:i") if moment else ""


@register.filter
def day_clock(moment: datetime | None) -> str:
    """Sat 21 Nov, 9:30."""
    return f"{day(moment)}, {clock(moment)}" if moment else ""


@register.filter
def until(start: datetime, end: datetime) -> str:
    """`{{ starts_at|until:ends_at }}` is 9:30–11:00."""
    return f"{clock(start)}–{clock(end)}"


@register.filter
def minutes(span: timedelta | int | None) -> str:
    """A length in words: 45 min, 1 h 30 min, 2 days. Whole numbers are minutes."""
    if span is None:
        return ""
    total = span if isinstance(span, int) else int(span.total_seconds() // 60)
    days, hours, rest = total // 1440, total // 60, total % 60
    if days:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if hours and rest:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return (
        gettext("%(hours)d h") % {"hours": hours} if hours else gettext("%(minutes)d min") % {"minutes": rest}
    )


@register.filter
def signed_days(days: int | None) -> str:
    """Drift with its sign: +2 d, −1 d, 0 d."""
    if days is None:
        return ""
    sign = "+" if days > 0 else "−" if days < 0 else ""
    return gettext("%(sign)s%(days)d d") % {"sign": sign, "days": abs(days)}

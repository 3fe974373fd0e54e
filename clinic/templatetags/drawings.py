"""`{% ribbon %}` and `{% recovery_curve %}`: the two drawings of the product, from plain values."""

from typing import Any

from django import template

from clinic.curve import Curve, curve_drawing
from clinic.ribbon import Ribbon, card_ribbon, counted, full_ribbon

register = template.Library()

SIZES = ("full", "card", "phone")


@register.inclusion_tag("components/ribbon.html")
def ribbon(series: Ribbon, size: str = "full", current: int | None = None) -> dict[str, Any]:
    """`{% ribbon series size="card" current=3 %}`; `full` turns into the `phone` list where it is narrow."""
    if size not in SIZES:
        raise template.TemplateSyntaxError(f"Unknown size {size!r}; use one of {', '.join(SIZES)}.")
    return {
        "ribbon": series,
        "size": size,
        "current": current,
        "drawing": card_ribbon(series) if size == "card" else full_ribbon(series),
        "counted": [(mark.value, count) for mark, count in counted(series)],
        "total": len(series.sessions),
    }


@register.inclusion_tag("components/curve.html")
def recovery_curve(curve: Curve, table: bool = True) -> dict[str, Any]:
    """`{% recovery_curve curve %}`: `table=False` where the page lists the answers itself."""
    return {"curve": curve, "drawing": curve_drawing(curve), "table": table}

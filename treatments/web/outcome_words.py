"""The moments of scoring and the rules of a response (catalogue 8.2) in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treatments.definitions import ResponderRule

MOMENTS = {
    "BASE": gettext_lazy("Before the first session"),
    "EACH": gettext_lazy("At every session"),
    "MID": gettext_lazy("In the middle of the series"),
    "END30": gettext_lazy("30 days after the last session"),
    "END90": gettext_lazy("90 days after the last session"),
    "END180": gettext_lazy("180 days after the last session"),
    "LIPO_DECIDE": gettext_lazy("8 weeks after each session: more, or enough?"),
    "HAIR": gettext_lazy("Hair count over the year"),
}


def said_rule(rule: ResponderRule) -> str:
    """What counts as a response on a scale."""
    if rule.score_from is not None and rule.score_to is not None:
        return _("a score from %(low)s to %(high)s") % {
            "low": rule.score_from.normalize(),
            "high": rule.score_to.normalize(),
        }
    if rule.change_percent is not None:
        return _("%(change)s %% from the first score") % {"change": f"{rule.change_percent.normalize():+f}"}
    if rule.change is not None:
        return _("%(change)s points from the first score") % {"change": f"{rule.change.normalize():+f}"}
    return ""

"""Sentences about what must be settled before a session: answers, consent, patch tests (BR-06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from treatments.definitions import Severity
from treatments.problems import KIND_OF, at, spoken, strict


def answered(
    *,
    severity: Severity,
    item: str,
    question: str,
    free: date | None,
    zone: ZoneInfo,
    role: str = "",
    asked_again: bool = False,
) -> Problem:
    """A screening answer stands against the session (catalogue 3.2)."""
    sentence = _("The answer to “%(question)s” stands against it.") % {"question": question}
    if severity == Severity.ADVISE:
        sentence = _("Take note of the answer to “%(question)s”.") % {"question": question}
    if asked_again:
        sentence += " " + _("It is asked again before the session.")
    if free is not None:
        sentence += " " + _("Possible from %(day)s.") % {"day": spoken(free)}
    facts: dict[str, Any] = {"item": item}
    if role:
        facts["needs_role"] = role
    return KIND_OF[severity](
        code=f"screening:{item}", sentence=sentence, possible_from=at(free, zone), facts=facts
    )


def zones_left_out(*, item: str, question: str, zones: Iterable[str], labels: str) -> Problem:
    """Some zones are left out of the session, the rest is treated."""
    return Remark(
        code=f"zones_left_out:{item}",
        sentence=_("Left out because of “%(question)s”: %(zones)s.")
        % {"question": question, "zones": labels},
        facts={"item": item, "zones": sorted(zones)},
    )


def agents_excluded(*, item: str, question: str, agents: Iterable[str], severity: Severity) -> Problem:
    """A numbing agent is excluded, not the treatment."""
    return Remark(
        code=f"agent:{item}",
        sentence=_("Because of the answer to “%(question)s” some numbing creams must not be used.")
        % {"question": question},
        facts={"item": item, "agents": sorted(agents), "severity": str(severity)},
    )


def screening_stale(*, hours: int) -> Problem:
    """The every-session questions are not answered freshly enough (BR-06)."""
    return Blocker(
        code="screening_due",
        sentence=_("The questions before this session must be answered within %(hours)d hours of it.")
        % {"hours": hours},
    )


def screening_incomplete(*, items: Iterable[str], is_start: bool) -> Problem:
    """Questions of the first consultation without a valid answer (catalogue 3.1)."""
    missing = sorted(items)
    kind = Blocker if is_start else Remark
    return kind(
        code="screening_incomplete",
        sentence=ngettext(
            "%(count)d question of the health check has no valid answer yet.",
            "%(count)d questions of the health check have no valid answer yet.",
            len(missing),
        )
        % {"count": len(missing)},
        facts={"items": missing},
    )


def consent_missing(*, is_start: bool) -> Problem:
    """No valid consent (BR-06)."""
    return strict(is_start, "consent_missing", _("No consent is signed for this plan."))


def consent_expired(*, day: date, is_start: bool) -> Problem:
    """The consent does not reach the day of the session; asked ahead, it may still hold today."""
    sentence = _("The consent is valid until %(day)s only and must be signed again.") % {"day": spoken(day)}
    return strict(is_start, "consent_expired", sentence)


def consent_incomplete(*, items: Mapping[str, str], is_start: bool) -> Problem:
    """A required item was not agreed to; `items` are labels by code."""
    sentence = _("The consent lacks items that this plan needs: %(items)s.") % {
        "items": "; ".join(items.values())
    }
    return strict(is_start, "consent_incomplete", sentence, items=sorted(items))


def consent_changed(*, what: str, is_start: bool) -> Problem:
    """Protocol, drug, zone or practitioner changed since the signature (catalogue 10.1)."""
    sentence = _("The plan changed after the consent was signed (%(what)s); it must be signed again.") % {
        "what": what
    }
    return strict(is_start, "consent_changed", sentence)


def consent_newer_text(*, items: Mapping[str, str]) -> Problem:
    """A consent text has a newer version; `items` are labels by code."""
    return Remark(
        code="consent_newer_text",
        sentence=_("There is a newer wording (%(items)s); let the patient sign it.")
        % {"items": "; ".join(items.values())},
        facts={"items": sorted(items)},
    )


def cooling_off(*, until: datetime, spoken_until: str) -> Problem:
    """The time to think between consent and the first session (catalogue 10.1)."""
    return Blocker(
        code="cooling_off",
        sentence=_("The time to think it over ends on %(until)s.") % {"until": spoken_until},
        possible_from=until,
    )


def patch_test_positive(*, rule: str, what: str, components: Iterable[str]) -> Problem:
    """A positive test blocks what was tested (catalogue 3.5)."""
    return Blocker(
        code=f"patch_test_positive:{rule}",
        sentence=_("The patch test (%(what)s) was positive.") % {"what": what},
        facts={"components": sorted(components)},
    )


def patch_test_missing(*, rule: str, what: str, waits_for_reading: bool, is_start: bool) -> Problem:
    """No valid test; a clinician may waive it."""
    kind = NeedsApproval if is_start else Remark
    sentence = (
        _("The patch test (%(what)s) has not been read yet.")
        if waits_for_reading
        else _("A valid patch test is missing: %(what)s.")
    ) % {"what": what}
    return kind(code=f"patch_test:{rule}", sentence=sentence)

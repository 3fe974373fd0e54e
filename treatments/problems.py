"""Every sentence with which a session is refused, held for a signature, or commented. One place, translated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from clinic.timekeeping import day_start
from treatments.definitions import Severity

KIND_OF: dict[Severity, type[Problem]] = {
    Severity.BLOCK: Blocker,
    Severity.SIGNOFF: NeedsApproval,
    Severity.ADVISE: Remark,
}


def spoken(day: date) -> str:
    """A date with its weekday, as people say it."""
    return date_format(day, "D j M Y")


def days(count: int) -> str:
    """A number of days in words."""
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def at(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The first instant of a local day."""
    return day_start(day, zone) if day else None


def too_soon(*, gap: int, least: int, since: date, free: date, zone: ZoneInfo, by_depth: bool) -> Problem:
    """Below the protocol's least interval or the depth rule (catalogue 1.1)."""
    sentence = (
        _("Only %(gap)s after the session of %(since)s; its needle depth asks for %(least)s.")
        if by_depth
        else _("Only %(gap)s after the session of %(since)s; the protocol asks for %(least)s.")
    ) % {"gap": days(gap), "since": spoken(since), "least": days(least)}
    return NeedsApproval(
        code="too_soon",
        sentence=sentence,
        possible_from=at(free, zone),
        facts={"least_days": least, "gap_days": gap},
    )


def below_hard_gap(*, least: int, limit: str, free: date, zone: ZoneInfo) -> Problem:
    """A hard limit on the days between two sessions (catalogue 2.6)."""
    return Blocker(
        code=f"limit:{limit}",
        sentence=_(
            "At least %(least)s must pass between two sessions of this treatment; nobody may shorten this."
        )
        % {"least": days(least)},
        possible_from=at(free, zone),
        facts={"least_days": least},
    )


def too_late(*, longest: int, since: date) -> Problem:
    """Beyond the longest interval."""
    return Remark(
        code="too_late",
        sentence=_("More than %(longest)s after the session of %(since)s: the series loses its rhythm.")
        % {"longest": days(longest), "since": spoken(since)},
        facts={"longest_days": longest},
    )


def next_too_close(*, least: int, following: date) -> Problem:
    """The session after this one would come too soon."""
    return Remark(
        code="next_too_close",
        sentence=_("The next session on %(following)s would then come sooner than %(least)s after this one.")
        % {"following": spoken(following), "least": days(least)},
        facts={"least_days": least},
    )


def wash_out(
    *, severity: Severity, code: str, label: str, day: date, least: int, free: date | None, zone: ZoneInfo
) -> Problem:
    """Below the least days of a wash-out row (catalogue 4.1)."""
    return KIND_OF[severity](
        code=f"washout:{code}",
        sentence=_("%(label)s on %(day)s in the same area: at least %(least)s must lie between them.")
        % {"label": label.capitalize(), "day": spoken(day), "least": days(least)},
        possible_from=at(free, zone),
        facts={"earlier": code, "least_days": least},
    )


def wash_out_short(
    *, code: str, label: str, day: date, recommended: int, free: date | None, zone: ZoneInfo
) -> Problem:
    """Above the least, below the recommended days."""
    return Remark(
        code=f"washout_short:{code}",
        sentence=_("%(label)s on %(day)s in the same area: %(recommended)s are recommended between them.")
        % {"label": label.capitalize(), "day": spoken(day), "recommended": days(recommended)},
        possible_from=at(free, zone),
        facts={"earlier": code, "recommended_days": recommended},
    )


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
    return _strict(is_start, "consent_missing", _("No consent is signed for this plan."))


def consent_expired(*, day: date, is_start: bool) -> Problem:
    """The consent is older than its validity."""
    sentence = _("The consent ended on %(day)s and must be signed again.") % {"day": spoken(day)}
    return _strict(is_start, "consent_expired", sentence)


def consent_incomplete(*, items: Iterable[str], is_start: bool) -> Problem:
    """A required item was not agreed to."""
    sentence = _("The consent lacks items that this plan needs: %(items)s.") % {
        "items": ", ".join(sorted(items))
    }
    return _strict(is_start, "consent_incomplete", sentence, items=sorted(items))


def consent_changed(*, what: str, is_start: bool) -> Problem:
    """Protocol, drug, zone or practitioner changed since the signature (catalogue 10.1)."""
    sentence = _("The plan changed after the consent was signed (%(what)s); it must be signed again.") % {
        "what": what
    }
    return _strict(is_start, "consent_changed", sentence)


def consent_newer_text(*, items: Iterable[str]) -> Problem:
    """A consent text has a newer version."""
    return Remark(
        code="consent_newer_text",
        sentence=_("There is a newer wording of %(items)s; let the patient sign it.")
        % {"items": ", ".join(sorted(items))},
        facts={"items": sorted(items)},
    )


def cooling_off(*, until: datetime, spoken_until: str) -> Problem:
    """The time to think between consent and the first session (catalogue 10.1)."""
    return Blocker(
        code="cooling_off",
        sentence=_("The time to think it over ends on %(until)s.") % {"until": spoken_until},
        possible_from=until,
    )


def _strict(is_start: bool, code: str, sentence: str, **facts: Any) -> Problem:
    kind = Blocker if is_start else Remark
    return kind(code=code, sentence=sentence, facts=facts)


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


def plan_frozen() -> Problem:
    """A clinician must look first."""
    return Blocker(
        code="plan_frozen", sentence=_("The plan is on hold until a clinician has looked at the recovery.")
    )


def plan_ended(label: str) -> Problem:
    """Nothing more happens in this plan."""
    return Blocker(code="plan_ended", sentence=_("This plan is %(status)s.") % {"status": label})


def session_over(label: str) -> Problem:
    """The session is no longer to come."""
    return Blocker(code="session_over", sentence=_("This session is already %(status)s.") % {"status": label})


def open_reaction(code: str) -> Problem:
    """An adverse reaction is still open (catalogue 3.1)."""
    return NeedsApproval(
        code=f"open_reaction:{code}",
        sentence=_("An adverse reaction (%(code)s) is still open.") % {"code": code},
        facts={"reaction": code},
    )


def not_healed(word: str) -> Problem:
    """The patient said that not everything has healed (BR-02)."""
    return NeedsApproval(
        code="not_healed",
        sentence=_("Asked whether everything has healed, the patient answered “%(word)s”.") % {"word": word},
    )


def still_healing(*, symptom: str, free: date, zone: ZoneInfo) -> Problem:
    """A symptom was still reported and is usually gone by a later day (BR-02, catalogue 6.1)."""
    return NeedsApproval(
        code=f"still_healing:{symptom}",
        sentence=_("%(symptom)s was still reported; it is usually gone by %(day)s.")
        % {"symptom": symptom.replace("_", " ").capitalize(), "day": spoken(free)},
        possible_from=at(free, zone),
    )


def stale_gap(*, longest: int, since: date) -> Problem:
    """After so long a break the plan is re-assessed first (BR-05)."""
    return NeedsApproval(
        code="stale",
        sentence=_(
            "More than %(longest)s since the session of %(since)s: the plan must be re-assessed first."
        )
        % {"longest": days(longest), "since": spoken(since)},
    )


def course_full(*, limit: str, most: int) -> Problem:
    """A hard limit on the sessions of a course (catalogue 2.6)."""
    return Blocker(
        code=f"limit:{limit}",
        sentence=_("At most %(most)d sessions of this treatment may be given; nobody may raise this.")
        % {"most": most},
    )


def beyond_series(*, most: int) -> Problem:
    """More sessions than the protocol foresees."""
    return NeedsApproval(
        code="beyond_series",
        sentence=_("The protocol foresees at most %(most)d sessions.") % {"most": most},
    )


def below_series(*, least: int) -> Problem:
    """Fewer sessions than the protocol foresees."""
    return NeedsApproval(
        code="below_series",
        sentence=_("The protocol needs at least %(least)d sessions to work.") % {"least": least},
    )


def protocol_off(label: str) -> Problem:
    """The clinic does not offer it (BR-01)."""
    return Blocker(code="protocol_off", sentence=_("%(label)s is switched off here.") % {"label": label})


def country_off(*, label: str, reason: str) -> Problem:
    """Not allowed in this country (BR-12)."""
    return Blocker(
        code="country_off",
        sentence=_("%(label)s is not offered in this country: %(reason)s.")
        % {"label": label, "reason": reason},
    )


def too_young(*, least: int, free: date, zone: ZoneInfo) -> Problem:
    """Below the least age (catalogue 1.4)."""
    return Blocker(
        code="age",
        sentence=_("Patients must be at least %(least)d years old.") % {"least": least},
        possible_from=at(free, zone),
    )


def young(*, below: int) -> Problem:
    """Between the least age and the age of the device label."""
    return NeedsApproval(
        code="screening:AGE_18_21",
        sentence=_("The patient is younger than %(below)d: a clinician decides.") % {"below": below},
    )


def age_unknown(*, is_start: bool) -> Problem:
    """No date of birth on file."""
    return _strict(is_start, "age_unknown", _("The date of birth is missing."))


def signed_off(problem: Problem) -> Problem:
    """What an entitled clinician took responsibility for: shown, stops nothing."""
    return Remark(
        code=problem.code,
        sentence=_("Signed by a clinician: %(sentence)s") % {"sentence": problem.sentence},
        possible_from=problem.possible_from,
        facts={**problem.facts, "is_signed": True},
    )

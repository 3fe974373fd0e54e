"""Every sentence with which a session is refused, held for a signature, or commented. One place, translated."""

from __future__ import annotations

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
from treatments.spacing import EarliestCode

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


def too_soon(
    *, gap: int, least: int, since: date, free: date, zone: ZoneInfo, because: EarliestCode
) -> Problem:
    """Below the protocol's least interval, the depth rule (catalogue 1.1), or what was agreed after slow healing."""
    sentences = {
        EarliestCode.DEPTH: _(
            "Only %(gap)s after the session of %(since)s; its needle depth asks for %(least)s."
        ),
        EarliestCode.RECOVERY: _(
            "Only %(gap)s after the session of %(since)s; after its slow healing %(least)s were agreed."
        ),
    }
    usual = _("Only %(gap)s after the session of %(since)s; the protocol asks for %(least)s.")
    sentence = sentences.get(because, usual) % {
        "gap": days(gap),
        "since": spoken(since),
        "least": days(least),
    }
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


def strict(is_start: bool, code: str, sentence: str, **facts: Any) -> Problem:
    """A blocker at the start, a remark before it."""
    kind = Blocker if is_start else Remark
    return kind(code=code, sentence=sentence, facts=facts)


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
    return strict(is_start, "age_unknown", _("The date of birth is missing."))


def signed_off(problem: Problem) -> Problem:
    """What an entitled clinician took responsibility for: shown, stops nothing."""
    return Remark(
        code=problem.code,
        sentence=_("Signed by a clinician: %(sentence)s") % {"sentence": problem.sentence},
        possible_from=problem.possible_from,
        facts={**problem.facts, "is_signed": True},
    )

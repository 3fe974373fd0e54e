"""Texts before the visit (catalogue 9): which ones this patient gets, and when. The app above plans and sends them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.derived import worked_out_once
from clinic.timekeeping import days_before, local_day, local_time
from treatments.definitions import Channel, PretreatmentMessage, ProtocolDefinition
from treatments.facts import OneSession, PlanFacts
from treatments.models import TreatmentSession
from treatments.queries.plan_facts import facts_of
from treatments.rules.patch_tests import is_due

#: The one text into which all are merged whose time had passed when the visit was agreed (catalogue 9.2).
MERGED = "P_MERGED"


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparingText:
    """One text with its time: `offset` before the start (negative), the channel, the words, the questions it brings."""

    code: str
    send_at: datetime
    offset: timedelta
    channel: Channel
    text: str
    screening_items: tuple[str, ...]
    asks_questions: bool


def texts_for(session: TreatmentSession) -> tuple[PretreatmentMessage, ...]:
    """The protocol's texts that apply to this patient and session, earliest first.

    A text is left out when its skin type, its fact (tablets prescribed, test due, cream at home, shaved area) or the
    planned numbing does not hold. Wordings about dental work and vaccination are already left out for needling.
    """
    return texts_from(session, facts_of(session.plan))


def texts_from(session: TreatmentSession, facts: PlanFacts) -> tuple[PretreatmentMessage, ...]:
    """The same from facts loaded before."""
    one = facts.session(session.pk)
    return _texts(one.definition, facts.skin_type, facts_that_hold(session, facts, one))


@worked_out_once
def _texts(
    definition: ProtocolDefinition, skin_type: str | None, held: frozenset[str]
) -> tuple[PretreatmentMessage, ...]:
    return tuple(
        text
        for text in definition.pretreatment
        if (not text.skin_types or skin_type in text.skin_types)
        and (text.only_if is None or text.only_if in held)
    )


def facts_that_hold(session: TreatmentSession, facts: PlanFacts, one: OneSession) -> frozenset[str]:
    """Which of the facts that texts ask for are true: catalogue 9.1, column applies."""
    profile = getattr(session.plan.patient, "clinical_profile", None)
    on = one.day or local_day(session.plan.created_at, facts.tz)
    truths = {
        "hsv_prescribed": bool(profile and profile.hsv_prescribed),
        "beard_area": bool(profile and profile.shaves_area),
        "home_numbing": session.plan.numbs_at_home and facts.numbing_planned,
        "patch_test_due": is_due(facts, one, on),
    }
    return frozenset(name for name, holds in truths.items() if holds)


def texts_before(session: TreatmentSession, *, starts_at: datetime, now: datetime) -> list[PreparingText]:
    """The texts with their times before a start; those already due are merged into one that goes now (catalogue 9.2).

    Days count on the wall calendar of the location, minutes on the clock.
    """
    zone = session.plan.location.tz
    timed = [_timed(text, starts_at, zone) for text in texts_for(session)]
    late = [text for text in timed if text.send_at < now]
    coming = [text for text in timed if text.send_at >= now]
    return [*([_merged(late, now, starts_at)] if late else []), *coming]


def _timed(text: PretreatmentMessage, starts_at: datetime, zone: ZoneInfo) -> PreparingText:
    if text.before_days:
        send_at = days_before(starts_at, text.before_days, local_time(starts_at, zone), zone)
    else:
        send_at = starts_at - timedelta(minutes=text.before_minutes)
    return PreparingText(
        code=text.code,
        send_at=send_at,
        offset=text.offset,
        channel=text.channel,
        text=text.text,
        screening_items=text.screening_items,
        asks_questions=text.asks_every_session_items,
    )


def _merged(texts: Iterable[PreparingText], now: datetime, starts_at: datetime) -> PreparingText:
    missed = list(texts)
    return PreparingText(
        code=MERGED,
        send_at=now,
        offset=now - starts_at,
        channel=Channel.EMAIL,
        text="\n".join(dict.fromkeys(text.text for text in missed)),
        screening_items=tuple(dict.fromkeys(item for text in missed for item in text.screening_items)),
        asks_questions=any(text.asks_questions for text in missed),
    )

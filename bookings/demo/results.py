"""What the series brought: scores over the sessions and a few photos, so that charts and comparisons are not empty.

Every number is thrown with the story's dice: it shows how the pages look, and says nothing about any treatment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bookings.demo.pictures import picture
from bookings.demo.world import Place, known_by
from treatments.actions.photos import add_photo
from treatments.definitions import Better, ProtocolDefinition, Scale
from treatments.models import Outcome, Photo, TreatmentSession
from treatments.outcome_questions import GAIS_VERSION, QUESTIONS
from treatments.outcomes import PATIENT
from treatments.queries.catalogue import definition_of, regions_of, zone_labels
from treatments.words import OPEN_SESSIONS

#: One plan of so many has photos.
PHOTOGRAPHED = 6
#: Scales that compare with before: nothing to score at the baseline.
COMPARING = frozenset({code for code, one in QUESTIONS.items() if one.is_change} | {"STRIAE_Q"})
#: Asked by the record itself, or licensed, or nowhere scheduled.
LEFT_OUT = frozenset({"PAIN_VAS", "DOWNTIME_D"})


def results(place: Place, session: TreatmentSession, *, begun_at: datetime, by: Any) -> None:
    """The scores before this session, and after the last one those of thirty days later; photos of some plans."""
    definition = definition_of(session)
    known, _number = known_by(session)
    rng = place.dice("results", known)
    curve = _Curve(session, definition, rng)
    rows = [*curve.before(begun_at - timedelta(minutes=12), by=by)]
    if not session.plan.sessions.filter(status__in=OPEN_SESSIONS).exists():
        rows += curve.after(begun_at + timedelta(days=30, hours=3), until=place.recent, by=by)
    Outcome.objects.bulk_create(rows)
    is_of_the_face = "face" in regions_of(frozenset(session.plan.zones))
    chance = place.dice("photos", known)
    if is_of_the_face and chance.randrange(PHOTOGRAPHED) == 0:
        _photos(session, tone=chance.randrange(5), begun_at=begun_at, by=by)


class _Curve:
    """How one plan goes: where it starts on each scale, and how much of it is gained by its last session."""

    def __init__(self, session: TreatmentSession, definition: ProtocolDefinition, rng: Random) -> None:
        self.session = session
        self.scales = {one.code: one for one in definition.scales if not one.is_licensed}
        self.primary = [choice.any_of[0] for choice in definition.primary_scales]
        self.total = session.plan.sessions.count()
        self.middle = -(-definition.sessions.typical // 2) + 1
        self.start, self.gain, self.rng = rng.uniform(0.45, 0.7), rng.uniform(0.3, 0.6), rng

    def before(self, at: datetime, *, by: Any) -> Iterator[Outcome]:
        """The baseline, the primary scale before every session, the middle of the series."""
        number = self.session.number
        wanted = list(self.primary)
        if number == 1:
            wanted += [code for code in self.scales if code not in (*self.primary, *COMPARING, *LEFT_OUT)][:2]
        elif number == self.middle:
            wanted += ["GAIS", "SAT_5"]
        moment = "BASE" if number == 1 else "MID" if number == self.middle else "EACH"
        share = (number - 1) / max(self.total, 1)
        yield from self._rows(wanted, moment, share, at, by)

    def after(self, at: datetime, *, until: datetime, by: Any) -> Iterator[Outcome]:
        """Thirty days after the last session, when that lies back already."""
        if at < until:
            yield from self._rows([*self.primary, "GAIS", "SAT_5"], "END30", 1.0, at, by)

    def _rows(self, wanted: list[str], moment: str, share: float, at: datetime, by: Any) -> Iterator[Outcome]:
        for code in dict.fromkeys(code for code in wanted if code in self.scales):
            scale = self.scales[code]
            if moment == "BASE" and code in COMPARING:
                continue
            for who in scale.scored_by:
                yield self._row(scale, moment, share, at, by, by_patient=who == PATIENT)

    def _row(
        self, scale: Scale, moment: str, share: float, at: datetime, by: Any, *, by_patient: bool
    ) -> Outcome:
        asked_before = timedelta(hours=14) if by_patient else timedelta(0)
        return Outcome(
            plan=self.session.plan,
            session=self.session,
            scale=scale.code,
            moment=moment,
            score=self._score(scale, share),
            site=zone_labels(frozenset(self.session.plan.zones[:1])) if scale.is_per_site else "",
            scale_version=GAIS_VERSION if scale.has_versions else "",
            by_patient=by_patient,
            scored_at=at - asked_before,
            scored_by=None if by_patient else by,
        )

    def _score(self, scale: Scale, share: float) -> Decimal:
        """A value on the scale's steps, better by and by, with some noise."""
        worse = self.start * (1 - self.gain * share) + self.rng.uniform(-0.05, 0.05)
        place = worse if scale.better == Better.LOWER else 1 - worse
        steps = round(float((scale.highest - scale.lowest) / scale.step) * min(max(place, 0.0), 1.0))
        return scale.lowest + steps * scale.step


def _photos(session: TreatmentSession, *, tone: int, begun_at: datetime, by: Any) -> None:
    """The same view before every session: drawn, not photographed, each a little calmer than the last."""
    share = (session.number - 1) / 6
    for view in ("FRONT", "LEFT_45"):
        data = picture(tone=tone, blemish=1 - share, view=view, seed=session.plan.patient_id)
        photo = add_photo(session, data=data, view=view, moment="before", by=by, now=begun_at)
        Photo.objects.filter(pk=photo.pk).update(taken_at=begun_at - timedelta(minutes=8))

"""How a plan begins: consultation, profile, health check, patch tests, consent, and the series booked whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from bookings.actions.series import ChosenTime, book_series
from bookings.demo.days import Gap, series_days
from bookings.demo.deck import Script, Stage
from bookings.demo.walking import Story
from bookings.demo.world import Catalogue, Place
from bookings.models import Appointment
from bookings.series import Wishes
from bookings.visits import is_entitled, recipe_of, visit_of
from clinic.models import Patient, Practitioner
from clinic.timekeeping import local_day
from treatments.actions.consents import sign_consent, texts_for
from treatments.actions.patients import apply_patch_test, patch_rule, read_patch_test, save_profile
from treatments.actions.plans import open_plan
from treatments.actions.screening import AnswerInput, AskedItem, answer_screening, questions_for
from treatments.gate import problems_for
from treatments.models import PatchTest, TreatmentPlan, TreatmentSession

#: Advice, nothing that stops: what patients say yes to now and then.
_HARMLESS = ("RETINOL_OTC", "ACIDS", "ALCOHOL", "SUPPLEMENTS", "NSAID", "FAINT")
PACKAGE_LEFT = timedelta(days=40)
_SKIN_TYPES = (2, 2, 2, 3, 3, 3, 1, 4, 4, 5)


def open_for(
    place: Place, catalogue: Catalogue, script: Script, patient: Patient, *, now: datetime
) -> TreatmentPlan:
    """The plan, with everything signed that must be signed before a first session."""
    rng = place.dice("plan", script.number)
    version = catalogue.versions[script.protocol]
    clinician = _clinician(place, catalogue, script, now, rng)
    plan = open_plan(
        patient=patient,
        location=place.location,
        concern=script.concern,
        protocols=[version] * script.sessions,
        zones=script.zones,
        clinician=clinician,
        numbing_planned=rng.random() < 0.9,
        # Who stays away bought a package that ends soon: some of it no longer fits.
        package_ends_on=place.today + PACKAGE_LEFT if script.stage is Stage.SILENT else None,
        by=place.desk,
        now=now,
    )
    save_profile(patient, skin_type=rng.choice(_SKIN_TYPES), by=clinician.user, now=now)
    answer_screening(plan, answers=answers_to(questions_for(plan), rng), by=clinician.user, now=now)
    sign(plan, discussed_by=clinician.user, now=now)
    return plan


def answers_to(questions: list[AskedItem], rng: Random) -> dict[str, AnswerInput]:
    """No to everything that matters; now and then a yes that only brings advice."""
    return {
        asked.item.code: AnswerInput(
            answer="yes"
            if asked.item.code in _HARMLESS and "yes" not in asked.asks_date and rng.random() < 0.05
            else clear_answer(asked)
        )
        for asked in questions
    }


def clear_answer(asked: AskedItem) -> str:
    """The answer that lets the session go on; the first one where none does."""
    possible = [code for code, _label in asked.answers]
    return next((code for code in asked.item.clears_on if code in possible), possible[0])


def sign(plan: TreatmentPlan, *, discussed_by: Any, now: datetime) -> None:
    """Consent to everything that must be agreed to, and to photographs."""
    ticks = {one.item.code: not one.is_optional for one in texts_for(plan, now=now)}
    sign_consent(
        plan,
        ticks=ticks,
        discussed_at=now - timedelta(minutes=12),
        discussed_by=discussed_by,
        signed_name=plan.patient.full_name,
        questions="Asked about downtime and make-up; both explained.",
        now=now,
    )


def read_tests(place: Place, plan: TreatmentPlan, now: datetime) -> Story:
    """Patch tests that the first session needs: applied at the consultation, read two days later."""
    first = plan.sessions.order_by("number").first()
    on = now.date() + timedelta(days=3)
    needed = [
        problem.code.partition(":")[2]
        for problem in (problems_for(first, on=on, now=now) if first else ())
        if problem.code.startswith("patch_test:")
    ]
    tests = [
        apply_patch_test(plan.patient, rule=code, components=plan.components, by=place.lead.user, now=now)
        for code in needed
    ]
    for test in sorted(tests, key=_hours):
        now = yield test.applied_at + timedelta(hours=_hours(test), minutes=25)
        read_patch_test(test, is_positive=False, location=place.location, by=place.lead.user, now=now)


def _hours(test: PatchTest) -> float:
    """When it can be read at the earliest."""
    return float(patch_rule(test.rule).read_at_hours[0])


def days_of(place: Place, catalogue: Catalogue, script: Script) -> list[date]:
    """The days on which the sessions are meant to be, the same at every call."""
    definition = catalogue.definition(script.protocol)
    gaps = [_gap(definition, n) for n in range(2, script.sessions + 1)]
    anchor = place.today + timedelta(days=script.days)
    rng = place.dice("days", script.number)
    return series_days(script.anchor, anchor, gaps, is_open=place.is_open, rng=rng)


def book_days(
    place: Place, catalogue: Catalogue, script: Script, plan: TreatmentPlan, *, now: datetime
) -> list[Appointment]:
    """The series on its days, in one transaction, as the desk books it."""
    rng = place.dice("times", script.number)
    days = dict(enumerate(days_of(place, catalogue, script), start=1))
    sessions = list(plan.sessions.select_related("plan__patient", "plan__location").order_by("number"))
    wanted = rng.randint(9 * 60, 16 * 60 + 30)
    definition = catalogue.definition(script.protocol)
    chosen: dict[int, ChosenTime] = {}
    for session in _outwards(sessions[: _booked(script)], script.anchor):
        number, direction = session.number, -1 if session.number < script.anchor else 1
        day = days[number]
        if direction > 0 and number - 1 in chosen:
            # The session before may have found no time on its own day: the distance counts from where it is.
            before = local_day(chosen[number - 1].starts_at, place.location.tz)
            day = max(day, before + timedelta(days=definition.step_before(number).min_days))
        minute = None if day == place.today else wanted
        chosen[number] = time_on(
            place, plan, session, day, direction=direction, now=now, rng=rng, wanted=minute
        )
    return book_series(plan=plan, chosen=chosen, by=place.desk, now=now)


def _outwards(sessions: list[TreatmentSession], anchor: int) -> list[TreatmentSession]:
    """From the anchor on in order, then those before it: each looks for its day away from the anchor."""
    return sorted(sessions, key=lambda one: (one.number < anchor, abs(one.number - anchor)))


def time_on(
    place: Place,
    plan: TreatmentPlan,
    session: TreatmentSession,
    day: date,
    *,
    now: datetime,
    rng: Random,
    wanted: int | None,
    direction: int = 1,
    **options: Any,
) -> ChosenTime:
    """A time on the day or one of the next ones (or those before it), with the plan's clinician where possible."""
    clinician = (plan.clinician_id,) if plan.clinician_id else ()
    visit = visit_of(session)
    for later in range(6):
        slot = place.slot(
            visit,
            day + timedelta(days=direction * later),
            now=now,
            rng=rng,
            wanted=wanted,
            wishes=Wishes(practitioners=clinician),  # type: ignore[arg-type]
            **options,
        )
        if slot is not None:
            return ChosenTime(slot.start, slot.assignment)
    raise LookupError(f"no time on {day} for session {session.number} of plan {plan.pk}")


def _gap(definition: Any, number: int) -> Gap:
    step = definition.step_before(number)
    return Gap(step.min_days, step.ideal_days, step.max_days)


def _booked(script: Script) -> int:
    """How many sessions are booked at once: those who stay away, or are due, had booked only the next one."""
    return script.ends_after if script.stage is not Stage.SILENT else min(script.anchor + 1, script.sessions)


def _clinician(
    place: Place, catalogue: Catalogue, script: Script, now: datetime, rng: Random
) -> Practitioner:
    """Somebody who may treat this, by turns."""
    entitled = recipe_of(catalogue.versions[script.protocol]).requirements(script.zones).entitled
    able = [
        one
        for one in place.practitioners
        if is_entitled(entitled, one.qualification, one.certificates, now.date())
    ]
    return able[(script.number + rng.randrange(2)) % len(able)]

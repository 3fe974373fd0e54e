"""Patients score the result on the phone at the moments of catalogue 8.2; the chart marks their answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from clinic.messaging.models import Message
from clinic.words import LinkPurpose
from tests.patient_page import faults, follow, follow_aftercare
from tests.treatments.day import DAY, NOW, Clinic, treated
from treatments.actions.outcomes import score_by_patient, score_outcome
from treatments.models import Outcome, TreatmentPlan
from treatments.outcome_questions import QUESTIONS
from treatments.queries.catalogue import shared
from treatments.queries.outcomes import outcome_series
from treatments.queries.patient_scores import Asked, moments_of, scores_wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished(clinic: Clinic) -> TreatmentPlan:
    """Three sessions for pores, 28 days apart, the last on 28 April."""
    plan = clinic.plan("MN_PORE_TEXTURE", sessions=3)
    for number in (1, 2, 3):
        treated(plan, clinic, number=number, now=NOW + 28 * (number - 1) * DAY)
    plan.refresh_from_db()
    return plan


def test_every_scale_of_the_patient_is_asked_or_licensed_or_nowhere_scheduled() -> None:
    by_patient = {scale.code for scale in shared().scales if "P" in scale.scored_by}
    licensed = {scale.code for scale in shared().scales if scale.is_licensed}
    assert by_patient - set(QUESTIONS) == licensed | {"DOWNTIME_D"}
    for code, question in QUESTIONS.items():
        scale = next(one for one in shared().scales if one.code == code)
        values = [value for value, _word in question.choices] or list(question.numbers)
        steps = int((scale.highest - scale.lowest) / scale.step) + 1
        assert sorted(values) == [scale.lowest + step * scale.step for step in range(steps)]


def test_the_moments_are_those_of_the_catalogue(finished: TreatmentPlan, clinic: Clinic) -> None:
    found = {due.moment: (due.from_on, due.scales) for due in moments_of(finished, booked={})}
    assert found == {
        "EACH": (date(2026, 4, 28), ("PAIN_VAS",)),
        "END30": (date(2026, 5, 28), ("PORE_VAS", "GAIS", "SAT_5")),
        "END90": (date(2026, 7, 27), ("PORE_VAS", "GAIS", "SAT_5")),
        "END180": (date(2026, 10, 25), ("PORE_VAS",)),
    }
    running = clinic.plan("MN_PORE_TEXTURE", sessions=4)
    first = moments_of(running, booked={1: date(2026, 3, 10)})
    assert [(due.moment, due.from_on, due.until_on, due.scales) for due in first] == [
        ("BASE", date(2026, 3, 7), date(2026, 3, 10), ("PORE_VAS",))
    ]
    treated(running, clinic)
    treated(running, clinic, number=2, now=NOW + 28 * DAY)
    middle = moments_of(running, booked={3: date(2026, 4, 28)})
    assert [(due.moment, due.session, due.scales) for due in middle] == [
        ("EACH", 2, ("PAIN_VAS",)),
        ("MID", 3, ("PORE_VAS", "GAIS", "SAT_5")),
    ]


def test_the_plan_asks_by_message_after_the_series(finished: TreatmentPlan) -> None:
    planned = Message.objects.filter(kind="outcome_request").order_by("scheduled_for")
    assert [row.rule for row in planned] == ["SCORES_END30", "SCORES_END90", "SCORES_END180"]
    assert planned[0].scheduled_for.isoformat() == "2026-05-28T08:00:00+00:00"


def test_one_question_a_page_kept_one_by_one_and_skipped_for_now(
    finished: TreatmentPlan, clinic: Clinic, client: Client
) -> None:
    with time_machine.travel(NOW + 87 * DAY, tick=False):
        address = follow(
            client,
            patient=finished.patient,
            place=clinic.location,
            purpose=LinkPurpose.OUTCOMES,
            subject=finished,
            now=NOW + 87 * DAY,
        )
        assert address == "/p/scores/"
        assert faults(client, address, clinic.location, says="How visible are your pores today?") == []
        last = finished.sessions.get(number=3)
        refused = client.post(address, {"q": "END30.3.PORE_VAS", "value": ""})
        assert refused.status_code == 422
        client.post(address, {"q": "END30.3.PORE_VAS", "value": "4"})
        skipped = client.post(address, {"q": "END30.3.GAIS", "skip": "1"})
        page = client.get(skipped["Location"]).content.decode()
        assert "How satisfied are you so far?" in page
        assert client.post(skipped["Location"], {"q": "END30.3.SAT_5", "value": "5"}).status_code == 302
        assert "Thank you" in client.get(skipped["Location"]).content.decode()
        assert "how does it look now?" in client.get(address).content.decode()
    kept = Outcome.objects.filter(plan=finished).order_by("pk")
    assert [
        (row.scale, row.moment, row.score, row.session, row.by_patient, row.scored_by) for row in kept
    ] == [
        ("PORE_VAS", "END30", Decimal(4), last, True, None),
        ("SAT_5", "END30", Decimal(5), last, True, None),
    ]


def test_what_was_not_asked_cannot_be_scored(finished: TreatmentPlan, clinic: Clinic, client: Client) -> None:
    with time_machine.travel(NOW + 87 * DAY, tick=False):
        address = follow(
            client,
            patient=finished.patient,
            place=clinic.location,
            purpose=LinkPurpose.OUTCOMES,
            subject=finished,
            now=NOW + 87 * DAY,
        )
        for told in (
            {"q": "END90.3.PORE_VAS", "value": "4"},
            {"q": "END30.3.GB_QUAL", "value": "1"},
            {"q": "END30.3.PORE_VAS", "value": "11"},
            {"q": "END30.3.PORE_VAS", "value": "4.5"},
        ):
            client.post(address, told)
    assert not Outcome.objects.exists()


def test_the_aftercare_link_asks_how_the_visit_was(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    with time_machine.travel(NOW + timedelta(hours=20), tick=False):
        address = follow_aftercare(client, plan, now=NOW)
        assert "/p/visit-scores/" in client.get(address).content.decode()
        assert faults(client, "/p/visit-scores/", clinic.location, says="your last visit?") == []
        client.post("/p/visit-scores/", {"q": "EACH.1.PAIN_VAS", "value": "3"})
        assert "/p/visit-scores/" not in client.get(address).content.decode()
    assert scores_wanted(plan, today=date(2026, 3, 4), booked={}) == []


def test_a_page_sent_twice_keeps_the_first_answer(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    asked = Asked(scale="PAIN_VAS", moment="EACH", session=1)
    first = score_by_patient(plan, asked=asked, score=Decimal(3), now=NOW)
    assert score_by_patient(plan, asked=asked, score=Decimal(7), now=NOW) == first
    assert Outcome.objects.get().score == Decimal(3)


def test_both_sides_stand_in_one_chart_and_the_patients_is_marked(
    finished: TreatmentPlan, clinic: Clinic, client: Client
) -> None:
    for moment, score, when in (("BASE", 8, NOW), ("END30", 5, NOW + 87 * DAY)):
        score_outcome(
            finished,
            scale="PORE_VAS",
            moment=moment,
            score=Decimal(score),
            by=clinic.doctor_user,
            now=when,
        )
    asked = Asked(scale="PORE_VAS", moment="END30", session=3)
    score_by_patient(finished, asked=asked, score=Decimal(6), now=NOW + 87 * DAY)
    (series,) = outcome_series(finished)
    assert [(int(one.value), one.on_phone) for one in series.scores] == [(8, False), (5, False), (6, True)]
    assert series.change is not None
    assert series.change.difference == -3
    client.force_login(clinic.doctor_user)
    page = client.get(f"/plans/{finished.pk}/outcomes/").content.decode()
    assert page.count('viewBox="0 0 360 170"') == 1
    assert "patient, by phone" in page
    assert 'class="ch-point ch-patient"' in page

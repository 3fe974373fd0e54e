"""The health questions on the phone: page by page, kept at once, gone on with on another day, sent as a whole."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.actions import appointments as actions
from bookings.models import Appointment
from bookings.visits import visit_of
from clinic.words import LinkPurpose
from tests.bookings.conftest import FIRST, Clinic
from tests.patient_page import faults, follow
from tests.treatments.day import all_clear
from treatments.actions.screening import answer_screening, questions_for
from treatments.actions.screening_drafts import keep_answers
from treatments.catalogue.reader import read_catalogue
from treatments.models import Screening, ScreeningDraft
from treatments.screening_pages import TOPICS, pages_for

ADDRESS = "/p/questions/"
#: Two days before the visit: the link came a day ago.
BEFORE = FIRST - timedelta(days=2)
#: What a patient answers who has nothing to tell.
CALM = {"PREV_SESSION": "yes", "EXPECTATION": "less deep scars"}


@pytest.fixture
def row(clinic: Clinic) -> Appointment:
    """The first session of a plan, booked for that Monday."""
    session = clinic.plan(sessions=2).sessions.get(number=1)
    return actions.book(visit=visit_of(session), starts_at=FIRST, by=clinic.desk, now=clinic.now)


@pytest.fixture
def phone(client: Client, clinic: Clinic, row: Appointment) -> Any:
    """The patient's phone two days before the visit, with the link opened."""
    with time_machine.travel(BEFORE, tick=False):
        assert opened(client, clinic, row) == ADDRESS
        yield client


def opened(client: Client, clinic: Clinic, row: Appointment) -> str:
    return follow(
        client,
        patient=row.patient,
        place=clinic.location,
        purpose=LinkPurpose.SCREENING,
        subject=row,
        now=BEFORE,
    )


def answered(client: Client, **given: str) -> str:
    """Answers the page that is open, calmly except what is given; the address of the next."""
    return said_on(client, client.get(ADDRESS).context, **given)


def said_on(client: Client, page: Any, **given: str) -> str:
    told = {name: given.get(name, CALM.get(name, "no")) for name in page["form"].fields}
    return str(client.post(ADDRESS, {"page": page["page"].code, **told})["Location"])


def answer_all(client: Client, **given: str) -> None:
    """Answers page after page until the review."""
    for _page in range(60):
        shown = client.get(ADDRESS)
        if is_review(shown):
            return
        said_on(client, shown.context, **given)
    raise AssertionError("the questions do not end")


def is_review(shown: Any) -> bool:
    return str(shown.templates[0].name).endswith("screening_review.html")


@pytest.fixture
def told(phone: Client, row: Appointment) -> None:
    """Every page was answered calmly before: what the pages keep, without walking through them once more."""
    session = row.treatment_session
    assert session is not None
    asked = [one.item for one in questions_for(session.plan, session)]
    answers = {
        one.code: {"answer": "yes", "detail": CALM[one.code]}
        if one.asks_text
        else {"answer": CALM.get(one.code, "no")}
        for one in asked
    }
    keep_answers(session, answers, now=BEFORE)
    assert is_review(phone.get(ADDRESS))


def test_every_page_is_small_and_asks_what_belongs_together(
    phone: Client, clinic: Clinic, row: Appointment
) -> None:
    sizes, asked = [], []
    while not is_review(page := phone.get(ADDRESS)):
        assert faults(phone, ADDRESS, clinic.location) == []
        sizes.append(len(page.context["form"].fields))
        asked += list(page.context["form"].fields)
        said_on(phone, page.context)
    assert faults(phone, ADDRESS, clinic.location) == []
    assert (max(sizes) <= 5, len(sizes) < 30) == (True, True)
    wanted = questions_for(row.treatment_session.plan, row.treatment_session)  # type: ignore[union-attr]
    assert sorted(asked) == sorted(one.item.code for one in wanted)


def test_only_what_concerns_the_protocol_and_the_mixture_is_asked(phone: Client, row: Appointment) -> None:
    """Needling of acne scars: nothing about fat, hair, tranexamic acid or what is injected; no age, it is on file."""
    asked = {one.item.code for one in questions_for(row.treatment_session.plan, row.treatment_session)}  # type: ignore[union-attr]
    assert {"METAL_ALLERGY", "PREGNANT", "KELOID"} <= asked
    foreign = {
        "GALLSTONE",
        "SCALP_DISEASE",
        "HORMONAL_PILL",
        "SOY_EGG",
        "PACEMAKER",
        "AGE_U18",
        "PREV_SESSION",
    }
    assert asked.isdisjoint(foreign)


def test_topics_hold_every_question_of_the_catalogue_once() -> None:
    placed = [code for _code, _title, items in TOPICS for code in items]
    items = read_catalogue().shared.screening
    asked = {item.code for item in items if item.from_fact is None}
    assert (len(placed), set(placed)) == (len(set(placed)), asked)


def test_who_leaves_in_the_middle_goes_on_another_day_on_another_phone(
    phone: Client, clinic: Clinic, row: Appointment
) -> None:
    first = phone.get(ADDRESS).context["page"].code
    answered(phone)
    answered(phone)
    third = phone.get(ADDRESS).context["page"].code
    assert Screening.objects.filter(session=row.treatment_session).count() == 0
    with time_machine.travel(BEFORE + timedelta(days=1), tick=False):
        other = Client()
        assert other.get(ADDRESS).status_code == 410
        assert opened(other, clinic, row) == ADDRESS
        assert other.get(ADDRESS).context["page"].code == third
        # Back shows what was ticked.
        shown = other.get(ADDRESS, {"page": first}).content.decode()
        assert len(re.findall(r'value="no"[^>]*checked', shown)) == len(
            next(one for one in pages(row) if one.code == first).asked
        )


def pages(row: Appointment) -> list[Any]:
    session = row.treatment_session
    assert session is not None
    return pages_for(questions_for(session.plan, session), {})


def test_an_incomplete_page_says_what_is_missing_and_keeps_what_was_ticked(phone: Client) -> None:
    answered(phone)
    page = phone.get(ADDRESS).context
    first, *others = page["form"].fields
    answer = phone.post(ADDRESS, {"page": page["page"].code, first: "no"})
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, sorted(others))
    assert "Please choose an answer." in answer.content.decode()
    assert ScreeningDraft.objects.get().answers[first]["answer"] == "no"


def test_a_yes_asks_for_the_day_on_a_page_of_its_own(phone: Client, row: Appointment) -> None:
    while "TAN_RECENT" not in phone.get(ADDRESS).context["form"].fields:
        answered(phone)
    assert answered(phone, TAN_RECENT="yes") == f"{ADDRESS}?page=TAN_RECENT+"
    page = phone.get(ADDRESS)
    assert (page.context["page"].is_more, list(page.context["form"].fields)) == (True, ["since"])
    assert faults(phone, ADDRESS, row.location, says="You said: yes.") == []
    empty = phone.post(ADDRESS, {"page": "TAN_RECENT+", "since": ""})
    assert (empty.status_code, "about is enough" in empty.content.decode()) == (422, True)
    phone.post(ADDRESS, {"page": "TAN_RECENT+", "since": "2026-03-27"})
    assert ScreeningDraft.objects.get().answers["TAN_RECENT"]["since"] == "2026-03-27"


def test_the_review_shows_everything_and_sending_it_makes_one_questionnaire(
    phone: Client, row: Appointment
) -> None:
    answer_all(phone, ANTICOAG="yes")
    review = phone.get(ADDRESS).content.decode()
    assert "Do you take blood thinners" in review
    assert "answers that need nothing" in review
    assert Screening.objects.filter(session=row.treatment_session).count() == 0
    done = phone.post(ADDRESS, {"page": "review"}).content.decode()
    assert "A clinician will look at this" in done
    sent = Screening.objects.get(session=row.treatment_session)
    assert (sent.outcome, sent.answered_by, sent.answered_at) == ("sign-off", None, BEFORE)
    assert (sent.answers.count(), sent.answers.get(item="EXPECTATION").detail) == (
        len(pages_asked(row, sent)),
        "less deep scars",
    )
    phone.post(ADDRESS, {"page": "review"})
    assert Screening.objects.filter(session=row.treatment_session).count() == 1
    assert not ScreeningDraft.objects.exists()
    assert "A clinician will look at this" in phone.get(ADDRESS).content.decode()


def pages_asked(row: Appointment, sent: Screening) -> set[str]:
    return set(sent.answers.values_list("item", flat=True))


def test_a_change_from_the_review_goes_back_to_it(phone: Client, told: None) -> None:
    code = next(page for page, _title, items in TOPICS if "TAN_RECENT" in items)
    form = phone.get(ADDRESS, {"page": code, "then": "review"}).context["form"]
    given = dict.fromkeys(form.fields, "no") | {"TAN_RECENT": "yes"}
    to = phone.post(ADDRESS, {"page": code, "then": "review", **given})["Location"]
    assert to == f"{ADDRESS}?page=TAN_RECENT+&then=review"
    to = phone.post(ADDRESS, {"page": "TAN_RECENT+", "then": "review", "since": "2026-03-27"})["Location"]
    assert to == f"{ADDRESS}?page=review"
    # Another answer forgets the day of the one before.
    phone.post(ADDRESS, {"page": code, "then": "review", **dict.fromkeys(form.fields, "no")})
    assert "since" not in ScreeningDraft.objects.get().answers["TAN_RECENT"]


def test_the_review_cannot_be_sent_with_a_gap(phone: Client, row: Appointment) -> None:
    answered(phone)
    open_page = phone.get(ADDRESS).context["page"].code
    assert phone.post(ADDRESS, {"page": "review"})["Location"] == f"{ADDRESS}?page={open_page}"
    assert Screening.objects.filter(session=row.treatment_session).count() == 0


def test_answers_about_the_present_are_asked_again_when_they_grew_old(
    phone: Client, clinic: Clinic, row: Appointment, told: None
) -> None:
    """Catalogue 3.1: what is asked before every session counts for that session; 96 hours (D)."""
    with time_machine.travel(BEFORE + timedelta(hours=97), tick=False):
        opened(phone, clinic, row)
        again = phone.get(ADDRESS).context
        assert [one.item.asked for one in again["page"].asked].count("every") > 0
        kept = ScreeningDraft.objects.get().answers["KELOID"]["answer"]
        shown = phone.get(ADDRESS, {"page": "scars"}).context["form"]["KELOID"].value()
        assert (kept, shown) == ("no", "no")


def test_something_has_changed_starts_from_what_was_sent(phone: Client, row: Appointment, told: None) -> None:
    phone.post(ADDRESS, {"page": "review"})
    with time_machine.travel(BEFORE + timedelta(hours=1), tick=False):
        assert phone.post(ADDRESS, {"again": "1"})["Location"] == f"{ADDRESS}?page=review"
        page = phone.get(ADDRESS, {"page": "well", "then": "review"}).context["form"]
        given = dict.fromkeys(page.fields, "no") | {"FEVER_ILL": "now"}
        phone.post(ADDRESS, {"page": "well", "then": "review", **given})
        assert "Please do not come yet" in phone.post(ADDRESS, {"page": "review"}).content.decode()
    outcomes = Screening.objects.filter(session=row.treatment_session).order_by("answered_at")
    assert [one.outcome for one in outcomes] == ["advise", "block"]


def test_answers_of_more_than_a_year_are_asked_again(clinic: Clinic, row: Appointment) -> None:
    session = row.treatment_session
    assert session is not None
    everything = {one.item.code for one in questions_for(session.plan, session)}
    answer_screening(session.plan, answers=all_clear(session.plan), by=clinic.desk, now=clinic.now)
    soon = {one.item.code for one in questions_for(session.plan, session, on=date(2026, 3, 30))}
    late = {one.item.code for one in questions_for(session.plan, session, on=date(2027, 3, 30))}
    assert ("KELOID" in soon, late) == (False, everything)


def test_looking_at_the_questions_changes_nothing(phone: Client) -> None:
    for page in ("", "?page=review", "?page=sun", "?page=nonsense"):
        phone.get(ADDRESS + page, follow=True)
    assert not ScreeningDraft.objects.exists()

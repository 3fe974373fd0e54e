"""Care in a browser without script: the record over its map, stock and recall, outcomes, photos, worklists."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from clinic import roles
from clinic.errors import DomainError
from clinic.messaging.models import Message
from clinic.models import User
from tests.factories import protocol_version, staff
from tests.treatments.day import (
    NOW,
    Clinic,
    consent,
    drafted,
    lot,
    make_clinic,
    needling,
    product,
    screen,
    started,
    treated,
)
from treatments.actions.photos import add_photo
from treatments.actions.recalls import tell_patients
from treatments.actions.stock import quarantine_lot
from treatments.models import Lot, Outcome, SessionRecord
from treatments.queries.catalogue import shared
from treatments.web.consents import drawn_only
from treatments.words import ProductRole
from treatments.zonemap import drawn_zones

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(clinic: Clinic, client: Client) -> Client:
    """The browser of the lead."""
    client.force_login(clinic.doctor_user)
    return client


def posted(record: SessionRecord, **more: object) -> dict[str, object]:
    """What the page sends for the draft as it is: two cheeks, nothing else."""
    return {
        "version": record.version,
        "zones_shown": "1",
        "zone": ["F_CHEEK_LATERAL-L", "F_CHEEK_LATERAL-R"],
        "z.0.zone": "F_CHEEK_LATERAL",
        "z.0.side": "L",
        "z.0.depth_mm": "1.00",
        "z.1.zone": "F_CHEEK_LATERAL",
        "z.1.side": "R",
        "z.1.depth_mm": "1.00",
        **more,
    }


def test_every_zone_of_the_table_has_a_shape_on_the_map() -> None:
    """Table 2.2: one list for face, scalp and body."""
    assert sorted(drawn_zones()) == sorted(zone.code for zone in shared().zones)


def test_autosave_answers_with_what_is_beyond_a_limit(clinic: Clinic, doctor: Client) -> None:
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))
    answer = doctor.post(
        f"/sessions/{session.pk}/record/",
        posted(record, **{"z.0.depth_mm": "2.25", "z.1.depth_mm": "2.75"}),
        headers={"X-Requested-With": "autosave"},
    )
    found = {(one["field"], one["kind"]) for one in answer.json()["problems"]}
    assert answer.json()["version"] == record.version + 1
    assert {("zones.0.depth_mm", "sign"), ("zones.1.depth_mm", "block")} <= found
    assert [line["label"] for line in answer.json()["lines"]][-1] == "Next session from"


def test_a_refused_signature_says_each_reason_once_and_where(clinic: Clinic, doctor: Client) -> None:
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))
    answer = doctor.post(
        f"/sessions/{session.pk}/record/", posted(record, sign="1", **{"z.0.depth_mm": "2.75"})
    )
    page = answer.content.decode()
    summary = re.sub(r"<[^>]+>", "", page.split('class="error-summary"')[1].split("</ul>")[0])
    assert answer.status_code == 422
    assert "Outer cheek, left: Clinical endpoint is missing." in summary
    assert summary.count("nobody may go deeper") == 1
    assert list(answer.context["messages"]) == []


def test_a_zone_chosen_on_the_map_begins_with_the_defaults_and_one_left_out_goes(
    clinic: Clinic, doctor: Client
) -> None:
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))
    doctor.post(f"/sessions/{session.pk}/record/", posted(record, zone=["F_CHEEK_LATERAL-R", "F_CHIN-M"]))
    record.refresh_from_db()
    chin = {"zone": "F_CHIN", "side": "M", "passes": "4", "depth_mm": "0.50"}
    assert [(row["zone"], row["side"]) for row in record.draft["zones"]] == [
        ("F_CHEEK_LATERAL", "R"),
        ("F_CHIN", "M"),
    ]
    assert record.draft["zones"][1] == chin


def test_two_tablets_on_one_record_do_not_overwrite_each_other(clinic: Clinic, doctor: Client) -> None:
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))
    path, head = f"/sessions/{session.pk}/record/", {"X-Requested-With": "autosave"}
    first = doctor.post(path, posted(record, note="first tablet"), headers=head)
    second = doctor.post(path, posted(record, note="second tablet"), headers=head)
    record.refresh_from_db()
    assert (first.status_code, second.status_code, record.draft["note"]) == (200, 412, "first tablet")
    kept = doctor.post(path, posted(record, version=1, note="second tablet"))
    assert kept.status_code == 412
    assert "second tablet" in kept.content.decode()


def test_mixing_times_are_wall_times_of_the_clinic(clinic: Clinic, doctor: Client) -> None:
    session = started(clinic.plan("MS_HYDRATION", zones=("F_FOREHEAD",)), clinic)
    record = drafted(session, clinic, {"fields": {}, "zones": [], "products": []})
    filler = lot(clinic.location, product("HA", ProductRole.COMPONENT, "HA_NCL", "mL"))
    more = {
        "f.mixed_at": "2026-03-03T10:15",
        "p.0.role": "component",
        "p.0.product": str(filler.product_id),
        "p.0.opened_at": "2026-03-03T10:10",
        "template": "TPL_HYDRA",
    }
    doctor.post(f"/sessions/{session.pk}/record/", posted(record, zone=["F_FOREHEAD-M"], **more))
    record.refresh_from_db()
    assert record.draft["fields"]["mixed_at"] == "2026-03-03T10:15:00+01:00"
    assert [row.get("opened_at") for row in record.draft["products"]] == ["2026-03-03T10:10:00+01:00", None]
    page = doctor.get(f"/sessions/{session.pk}/record/").content.decode()
    assert 'value="2026-03-03T10:15"' in page


def test_a_signed_record_shows_the_map_and_takes_only_addenda(clinic: Clinic, doctor: Client) -> None:
    signed = treated(clinic.plan(), clinic).record
    path = f"/sessions/{signed.session_id}/record/"
    late = doctor.post(path, posted(signed), headers={"X-Requested-With": "autosave"})
    assert late.status_code == 409
    doctor.post(f"/sessions/{signed.session_id}/addendum/", {"text": "Left cheek a little redder."})
    page = doctor.get(path).content.decode()
    assert page.count("zm-zone is-on") == 2
    assert "Left cheek a little redder." in page


def test_recall_writes_to_exactly_the_patients_of_a_lot_once(clinic: Clinic, doctor: Client) -> None:
    other = lot(clinic.location, product("Gel two", ProductRole.GLIDE, "GLIDE", "mL"))
    mine, again, elsewhere = clinic.plan(), clinic.plan(), clinic.plan()
    treated(mine, clinic)
    treated(again, clinic)
    draft = needling(clinic)
    draft["products"][1] |= {"product": other.product_id, "lot": other.pk}
    treated(elsewhere, clinic, draft=draft)
    with pytest.raises(DomainError, match="Quarantine"):
        tell_patients(clinic.glide, by=clinic.doctor_user, now=NOW)
    quarantine_lot(clinic.glide, by=clinic.doctor_user, now=NOW)
    for _twice in range(2):
        assert doctor.post(f"/lots/{clinic.glide.pk}/tell/").status_code == 302
    told = Message.objects.filter(kind="lot_recall")
    assert {row.patient for row in told} == {mine.patient, again.patient}
    assert told.count() == 2
    table = csv.DictReader(io.StringIO(doctor.get(f"/lots/{clinic.glide.pk}/?format=csv").content.decode()))
    assert {row["patient"] for row in table} == {mine.patient.full_name, again.patient.full_name}
    assert "outer cheek, left" in doctor.get(f"/lots/{clinic.glide.pk}/").content.decode().lower()


def test_a_batch_is_received_and_an_expired_one_refused_with_what_was_typed(
    clinic: Clinic, doctor: Client
) -> None:
    batch = {"product": clinic.glide.product_id, "number": "G-9", "amount": "50"}
    refused = doctor.post("/lots/", {**batch, "expires_on": "2020-01-01"})
    assert refused.status_code == 422
    assert 'value="G-9"' in refused.content.decode()
    assert doctor.post("/lots/", {**batch, "expires_on": "2099-01-01"}).status_code == 302
    assert Lot.objects.get(number="G-9").received_by == clinic.doctor_user


def test_scores_are_kept_all_or_none_and_drawn_with_their_table(clinic: Clinic, doctor: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    path = f"/plans/{plan.pk}/outcomes/"
    wrong = doctor.post(path, {"moment": "BASE", "session": "1", "s.GB_QUAL.C": "3", "s.SAT_5.P": "9"})
    assert (wrong.status_code, Outcome.objects.count()) == (422, 0)
    assert 'value="3"' in wrong.content.decode()
    doctor.post(path, {"moment": "BASE", "session": "1", "s.GB_QUAL.C": "3"})
    doctor.post(path, {"moment": "END30", "s.GB_QUAL.C": "2"})
    page = doctor.get(path).content.decode()
    assert [(row.moment, row.score) for row in Outcome.objects.all()] == [
        ("BASE", Decimal(3)),
        ("END30", Decimal(2)),
    ]
    assert "<polyline" in page
    assert "response" in page


def test_photos_need_the_consent_to_photographs(clinic: Clinic) -> None:
    session = clinic.plan().sessions.get(number=1)
    with pytest.raises(DomainError, match="agreed"):
        add_photo(session, data=b"", view="FRONT", moment="before", by=clinic.doctor_user, now=NOW)


def test_a_reaction_is_noted_from_the_plan_and_proposes_a_gentler_session(
    clinic: Clinic, doctor: Client
) -> None:
    plan = clinic.plan()
    treated(plan, clinic, now=NOW - timedelta(days=3))
    told = {"code": "FL_PUS", "severity": "moderate", "onset_on": "2026-03-02", "note": "left cheek"}
    assert doctor.post(f"/plans/{plan.pk}/reactions/", {**told, "onset_on": "2126-03-02"}).status_code == 302
    assert not plan.reactions.exists()
    doctor.post(f"/plans/{plan.pk}/reactions/", told)
    assert plan.reactions.get().note == "left cheek"
    assert "not before 42 days (usually 28), at most 0.75 mm deep" in doctor.get(
        f"/plans/{plan.pk}/care/"
    ).content.decode().replace("\n", " ")


PAGES = (
    "/lots/",
    "/lots/{lot}/",
    "/plans/{plan}/outcomes/",
    "/plans/{plan}/photos/",
    "/sessions/{session}/record/",
)


@pytest.mark.parametrize(
    ("role", "clinical", "reports"),
    [
        (roles.FRONT_DESK, 403, 403),
        (roles.MANAGER, 403, 200),
        (roles.PRACTITIONER, 200, 403),
        (roles.LEAD, 200, 200),
    ],
)
def test_who_may_see_what(
    clinic: Clinic, client: Client, role: roles.Role, clinical: int, reports: int
) -> None:
    plan = clinic.plan()
    session = treated(plan, clinic).record.session
    client.force_login(staff(role, at=clinic.location))
    where = {"lot": clinic.glide.pk, "plan": plan.pk, "session": session.pk}
    assert {client.get(page.format(**where)).status_code for page in PAGES} == {clinical}
    assert client.get("/reports/").status_code == reports
    assert client.get("/worklists/").status_code == 200
    sensitive = {
        client.get(f"/worklists/{kind}/").status_code for kind in ("to-sign", "reactions", "consents")
    }
    assert sensitive == {clinical}
    assert client.get("/worklists/packages/").status_code == 200


def test_nobody_sees_lots_and_plans_of_a_place_where_they_do_not_work(clinic: Clinic, client: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    client.force_login(make_clinic().doctor_user)
    for page in (f"/lots/{clinic.glide.pk}/", f"/plans/{plan.pk}/outcomes/", f"/plans/{plan.pk}/photos/"):
        assert client.get(page).status_code == 404


def test_a_combination_shows_its_sessions_with_the_wash_outs_kept(clinic: Clinic, client: Client) -> None:
    """Table 1.5: MN 0, MS 14, MN 28 …, 14 days in both directions."""
    protocol_version("MN_WRINKLE")
    protocol_version("MS_REJUV")
    client.force_login(clinic.desk)
    page = client.get(f"/patients/{clinic.patient().pk}/plan/new/?concern=LINES&combination=ALT_MN_MS_FACE")
    shown = [(one.day, one.gap, one.least, one.is_kept) for one in page.context["combined"]]
    assert shown == [(0, None, None, True), *((day, 14, 14, True) for day in (14, 28, 42, 56, 70))]
    assert page.content.decode().count('data-zone="F_CHEEK_LATERAL"') == 2


def test_a_plan_says_what_it_takes_before_it_is_opened(clinic: Clinic, client: Client) -> None:
    """Tables 1.1 and 1.3: slot less turnover for each visit, the first one longer; weeks in the ideal rhythm."""
    protocol_version("MN_ACNE_SCAR")
    client.force_login(clinic.desk)
    page = client.get(f"/patients/{clinic.patient().pk}/plan/new/?concern=ACNE_SCARS&protocol=MN_ACNE_SCAR")
    assert [(one.sessions, one.minutes, one.weeks) for one in page.context["costs"]] == [
        (3, 255, 8),
        (4, 335, 12),
        (6, 495, 20),
    ]


def test_a_new_wording_flags_the_booked_plans_that_signed_the_old_one(clinic: Clinic, doctor: Client) -> None:
    plan = clinic.plan()
    consent(plan, clinic)
    before = {item.code: older for item, _text, older in doctor.get("/consent-texts/").context["rows"]}
    assert set(before.values()) == {0}
    doctor.post("/consent-texts/", {"code": "CT_NUMB", "language": "en", "text": "Not part of this plan."})
    doctor.post("/consent-texts/", {"code": "CT_COMMON", "language": "en", "text": "Redness for two days."})
    after = {item.code: older for item, _text, older in doctor.get("/consent-texts/").context["rows"]}
    assert {code for code, older in after.items() if older} == {"CT_COMMON"}
    assert plan.patient.full_name in doctor.get("/worklists/consents/").content.decode()


def test_a_drawn_signature_is_lines_and_nothing_else() -> None:
    assert drawn_only("M22.9 45.3L91.4 22.7L160.0 68.0") == "M22.9 45.3L91.4 22.7L160.0 68.0"
    for other in ('M1 1"/><script>', "M1", "M1 1 L2 2", "M1 1" * 6000, "javascript:"):
        assert drawn_only(other) == ""


def test_the_operators_pages_show_a_signed_record_and_cannot_change_it(
    clinic: Clinic, client: Client, admin_user: User
) -> None:
    signed = treated(clinic.plan(), clinic).record
    client.force_login(admin_user)
    path = f"/operator/treatments/sessionrecord/{signed.pk}"
    assert client.get(f"{path}/change/").status_code == 200
    refused = [
        client.post(f"{path}/change/", {"note": "other"}),
        client.post(f"{path}/delete/", {"post": "yes"}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    signed.refresh_from_db()
    assert signed.note == ""


def test_how_the_session_before_healed_stands_on_the_next_visit(clinic: Clinic, doctor: Client) -> None:
    plan = clinic.plan()
    treated(plan, clinic)
    following = plan.sessions.get(number=2)
    panel = doctor.get(f"/sessions/{following.pk}/healing/").content.decode()
    assert "Last time, and how it healed" in panel
    assert "Outer cheek, left 1.00 mm, 4×, even redness" in panel
    assert "No answers yet" in panel


def test_at_the_desk_stale_answers_are_told_and_asked_again(clinic: Clinic, doctor: Client) -> None:
    plan = clinic.plan()
    screen(plan, now=NOW)
    session = plan.sessions.get(number=1)
    for days, is_chosen in ((1, True), (10, False)):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            doctor.force_login(clinic.doctor_user)
            page = doctor.get(f"/sessions/{session.pk}/screening/").content.decode()
        chosen = re.findall(r'<input type="radio" name="(\w+)"[^>]* checked', page)
        assert (bool(chosen), "last time: No, Tue 3 Mar" in page) == (is_chosen, not is_chosen), chosen

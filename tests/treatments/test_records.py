"""Session records: prefilled, saved as typed, limits, signed once, never changed (P8)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from clinic.errors import DomainError, Problem, Stale
from tests.treatments.day import (
    DAY,
    NOW,
    Clinic,
    drafted,
    lot,
    needling,
    product,
    screen,
    started,
    treated,
    with_fields,
)
from treatments.actions.records import open_record, save_draft, sign_record
from treatments.actions.screening import AnswerInput
from treatments.actions.sign_offs import sign_off
from treatments.actions.stock import quarantine_lot
from treatments.models import SessionRecord, TreatmentPlan, ZoneRecord
from treatments.queries.session_records import problems_of
from treatments.queries.stock import recall, stock_at
from treatments.words import PlanStatus, ProductRole, RecordStatus, SessionStatus

pytestmark = pytest.mark.django_db


def refused(
    clinic: Clinic, draft: dict[str, Any], *, plan: TreatmentPlan | None = None
) -> dict[str, Problem]:
    """Signs a draft that must not be signed; the problems by code."""
    session = started(plan or clinic.plan(), clinic)
    record = drafted(session, clinic, draft)
    with pytest.raises(DomainError) as error:
        sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=NOW + timedelta(hours=1))
    assert not ZoneRecord.objects.filter(record=record).exists()
    return {problem.code: problem for problem in error.value.problems}


def test_first_record_starts_with_the_catalogue_and_shallower_on_darker_skin(clinic: Clinic) -> None:
    plan = clinic.plan()
    record = open_record(started(plan, clinic), practitioner=clinic.doctor, by=clinic.doctor_user, now=NOW)
    zone = record.draft["zones"][0]
    assert (zone["zone"], zone["side"], zone["depth_mm"], zone["passes"]) == (
        "F_CHEEK_LATERAL",
        "L",
        "0.50",
        "4",
    )
    dark = clinic.plan(patient=clinic.patient(skin_type=4))
    darker = open_record(started(dark, clinic), practitioner=clinic.doctor, by=clinic.doctor_user, now=NOW)
    assert darker.draft["zones"][0]["depth_mm"] == "0.25"


def test_next_record_starts_as_the_last_one_was_signed(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(plan, clinic, draft=needling(clinic, depth="1.25"))
    second = started(plan, clinic, number=2, now=NOW + 30 * DAY)
    record = open_record(second, practitioner=clinic.doctor, by=clinic.doctor_user, now=NOW + 30 * DAY)
    assert [(zone["side"], zone["depth_mm"], zone["passes"]) for zone in record.draft["zones"]] == [
        ("L", "1.25", 4),
        ("R", "1.25", 4),
    ]
    assert record.draft["fields"]["device_type"] == "PEN"
    assert "pain_vas_max" not in record.draft["fields"]
    assert record.draft["products"][0] == {
        "role": "cartridge",
        "product": clinic.cartridge.product_id,
        "unit": "",
        "when": "during",
    }


def test_draft_keeps_what_cannot_be_read(clinic: Clinic) -> None:
    session = started(clinic.plan(), clinic)
    draft = with_fields(needling(clinic), pain_vas_max="rather strong")
    record = drafted(session, clinic, draft)
    assert SessionRecord.objects.get().draft["fields"]["pain_vas_max"] == "rather strong"
    codes = {problem.code for problem in problems_of(record, ended_at=NOW, now=NOW)}
    assert "unreadable:fields.pain_vas_max" in codes


def test_second_tablet_does_not_overwrite_the_first(clinic: Clinic) -> None:
    session = started(clinic.plan(), clinic)
    record = open_record(session, practitioner=clinic.doctor, by=clinic.doctor_user, now=NOW)
    save_draft(record.pk, version=record.version, draft={"note": "from the first"})
    with pytest.raises(Stale):
        save_draft(record.pk, version=record.version, draft={"note": "from the second"})
    assert SessionRecord.objects.get().draft == {"note": "from the first"}


def test_stale_version_cannot_be_signed(clinic: Clinic) -> None:
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))
    save_draft(record.pk, version=record.version, draft=needling(clinic, depth="2.00"))
    with pytest.raises(Stale):
        sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=NOW)


def test_empty_draft_lists_everything_that_is_missing(clinic: Clinic) -> None:
    found = refused(clinic, {"fields": {}, "zones": [], "products": []})
    for place in ("device_type", "needle_count", "numbing_agent", "pain_vas_max"):
        assert f"missing:fields.{place}" in found
    assert {"missing:zones", "missing:products", "missing:device", "missing:room"} <= set(found)


@pytest.mark.parametrize(
    ("zone", "depth", "code"),
    [
        ("F_CHEEK_LATERAL", "2.50", "depth_soft"),
        ("F_FOREHEAD", "1.75", "depth_soft"),
        ("F_FOREHEAD", "2.25", "depth_cap"),
        ("F_INFRAORBITAL", "0.75", "depth_soft"),
        ("F_INFRAORBITAL", "1.00", "depth_cap"),
    ],
)
def test_depth_has_a_soft_limit_and_a_hard_cap(clinic: Clinic, zone: str, depth: str, code: str) -> None:
    """Catalogue 2.2."""
    draft = needling(clinic, depth=depth, zone=zone)
    side = "M" if zone == "F_FOREHEAD" else "L"
    draft["zones"] = [{**draft["zones"][0], "side": side}]
    assert f"{code}:{zone}.{side}" in refused(clinic, draft, plan=clinic.plan(zones=(zone,)))


def test_signature_lifts_a_soft_limit_and_never_a_cap(clinic: Clinic) -> None:
    plan = clinic.plan()
    session = started(plan, clinic)
    draft = needling(clinic, depth="2.50")
    draft["zones"] = draft["zones"][:1]
    record = drafted(session, clinic, draft)
    code = "depth_soft:F_CHEEK_LATERAL.L"
    sign_off(session, code, reason="deep rolling scars", by=clinic.doctor_user, now=NOW)
    done = sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=NOW + timedelta(hours=1))
    assert code in {problem.code for problem in done.remarks}
    capped = started(clinic.plan(zones=("F_FOREHEAD",)), clinic)
    over = needling(clinic, depth="2.25", zone="F_FOREHEAD")
    over["zones"] = [{**over["zones"][0], "side": "M"}]
    drafted(capped, clinic, over)
    with pytest.raises(DomainError) as hard:
        sign_off(capped, "depth_cap:F_FOREHEAD.M", reason="x", by=clinic.doctor_user, now=NOW)
    assert hard.value.code == "hard_limit"


def test_darker_skin_needs_a_signature_for_depth_and_first_passes(clinic: Clinic) -> None:
    plan = clinic.plan(zones=("B_FLANK",), patient=clinic.patient(skin_type=4))
    draft = needling(clinic, depth="1.75", zone="B_FLANK")
    draft["zones"] = [{**draft["zones"][0], "passes": "5"}]
    found = refused(clinic, draft, plan=plan)
    assert {"depth_skin:B_FLANK.L", "passes_skin:B_FLANK.L"} <= set(found)


def test_aesthetician_does_not_needle_deeper_than_her_role(clinic: Clinic) -> None:
    """Catalogue 1.4: over 1.5 mm RX or DOC."""
    session = started(clinic.plan(zones=("B_FLANK",)), clinic)
    record = open_record(session, practitioner=clinic.aesthetician, by=clinic.aesthetician_user, now=NOW)
    save_draft(record.pk, version=1, draft=needling(clinic, depth="1.75", zone="B_FLANK"))
    with pytest.raises(DomainError) as error:
        sign_record(record.pk, version=2, by=clinic.aesthetician_user, now=NOW)
    assert "not_qualified" in {problem.code for problem in error.value.problems}


def test_expired_quarantined_and_foreign_lots_are_refused(clinic: Clinic) -> None:
    expired = lot(clinic.location, clinic.cartridge.product, number="OLD", expires_on=(NOW - DAY).date())
    blocked = lot(clinic.location, clinic.glide.product, number="Q1")
    quarantine_lot(blocked, by=clinic.doctor_user, now=NOW)
    draft = needling(clinic)
    draft["products"][0]["lot"] = expired.pk
    draft["products"][1]["lot"] = blocked.pk
    found = refused(clinic, draft)
    assert {"lot_expired:0", "lot_quarantined:1"} <= set(found)
    swapped = needling(clinic)
    swapped["products"][0]["lot"] = clinic.glide.pk
    assert "lot_unknown:0" in refused(clinic, swapped)


def test_serum_that_must_not_go_on_needled_skin_is_refused(clinic: Clinic) -> None:
    """Catalogue 2.4."""
    acid = product("Exfoliant", ProductRole.GLIDE, "EXOSOMES_ACIDS_COLOUR", "mL")
    draft = needling(clinic)
    draft["products"].append(
        {"role": "glide", "product": acid.pk, "lot": lot(clinic.location, acid).pk, "amount": "1"}
    )
    assert "topical:2" in refused(clinic, draft)


def test_zone_left_out_by_an_answer_cannot_be_logged(clinic: Clinic) -> None:
    plan = clinic.plan(zones=("F_CHEEK_LATERAL", "F_CHIN"))
    session = started(plan, clinic)
    screen(plan, session, now=NOW, ACNE_ACTIVE=AnswerInput(answer="yes", zones=("F_CHEEK_LATERAL",)))
    record = drafted(session, clinic, needling(clinic))
    with pytest.raises(DomainError) as error:
        sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=NOW + timedelta(hours=1))
    assert "zone_excluded:F_CHEEK_LATERAL.L" in {problem.code for problem in error.value.problems}


def test_numbing_times_and_amounts_have_limits(clinic: Clinic) -> None:
    """Catalogue 2.7: EMLA at most 120 minutes; 10 g on the face asks for a signature, 60 g is the ceiling."""
    numbed = with_fields(
        needling(clinic),
        numbing_agent="NUMB_EMLA",
        numbing_on="08:00",
        numbing_off="10:01",
        numbing_g="11",
        numbing_cm2="100",
        occluded="on",
    )
    found = refused(clinic, numbed)
    assert {"numbing_minutes", "numbing_amount"} <= set(found)
    assert "numbing_cap" in refused(clinic, with_fields(numbed, numbing_g="61"))


def injection(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """A mesotherapy draft that may be signed."""
    mix = product("Polyrevitaliser", ProductRole.COMPONENT, "HA_NCL", "mL", "10")
    draft: dict[str, Any] = {
        "fields": {
            "instrument": "MANUAL",
            "needle_gauge": "30",
            "needle_length_mm": "4",
            "spacing_mm": "10",
            "vol_per_point_ml": "0.02",
            "numbing_agent": "NUMB_NONE",
            "pain_vas_max": "2",
            "immediate_events": [],
            "observation_min": "15",
        },
        "zones": [
            {
                "zone": "F_CHEEK_LATERAL",
                "side": side,
                "technique": "PAPULE",
                "injection_depth_mm": "1.5",
                "vol_zone_ml": "0.5",
            }
            for side in ("L", "R")
        ],
        "products": [
            {
                "role": "component",
                "product": mix.pk,
                "lot": lot(clinic.location, mix).pk,
                "amount": "1",
                "unit": "mL",
                "opened_at": NOW.isoformat(),
            }
        ],
    }
    return {**draft, **changes}


def test_injected_session_computes_totals_and_mg(clinic: Clinic) -> None:
    plan = clinic.plan("MS_HYDRATION")
    record = treated(plan, clinic, draft=injection(clinic)).record
    assert record.details["vol_total_ml"] == "1.0"
    assert {code: Decimal(mg) for code, mg in record.details["mg_by_class"].items()} == {
        "HA_NCL": Decimal(10)
    }


def test_zone_volume_and_observation_are_held(clinic: Clinic) -> None:
    draft = with_fields(injection(clinic), observation_min="10")
    draft["zones"][0]["vol_zone_ml"] = "1.1"
    draft["products"][0]["amount"] = "2"
    found = refused(clinic, draft, plan=clinic.plan("MS_HYDRATION"))
    assert {"volume_cap:F_CHEEK_LATERAL.L", "observation"} <= set(found)


def test_more_injected_than_drawn_is_refused(clinic: Clinic) -> None:
    draft = injection(clinic)
    draft["products"][0]["amount"] = "0.5"
    assert "more_than_drawn" in refused(clinic, draft, plan=clinic.plan("MS_HYDRATION"))


def test_unplanned_component_needs_a_signature(clinic: Clinic) -> None:
    draft = injection(clinic)
    venom = product("Enzyme", ProductRole.COMPONENT, "HYALURONIDASE", "mL")
    row = {**draft["products"][0], "product": venom.pk, "lot": lot(clinic.location, venom).pk}
    draft = {**draft, "products": [*draft["products"], row], "mixed_by": clinic.doctor_user.pk}
    draft = with_fields(draft, mixed_at=NOW.isoformat())
    found = refused(clinic, draft, plan=clinic.plan("MS_HYDRATION"))
    assert "component_unscreened:HYALURONIDASE" in found


def test_immediate_reaction_in_the_record_opens_an_adverse_reaction(clinic: Clinic) -> None:
    plan = clinic.plan()
    treated(
        plan,
        clinic,
        draft=with_fields(needling(clinic), immediate_events=["FL_URTICARIA"], bleeding_stop_s="1801"),
    )
    assert {reaction.code for reaction in plan.reactions.open()} == {"FL_URTICARIA", "FL_BLEED"}


def test_last_session_completes_the_plan(clinic: Clinic) -> None:
    plan = clinic.plan(sessions=3)
    for number in (1, 2, 3):
        treated(plan, clinic, number=number, now=NOW + (number - 1) * 30 * DAY)
    plan.refresh_from_db()
    assert plan.status == PlanStatus.COMPLETED


def test_failing_follow_up_leaves_nothing_signed(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: when the message planning breaks, neither record nor session changed."""
    session = started(clinic.plan(), clinic)
    record = drafted(session, clinic, needling(clinic))

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("outbox is down")

    monkeypatch.setattr("treatments.actions.records.reconcile", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=NOW + timedelta(hours=1))
    session.refresh_from_db()
    record.refresh_from_db()
    assert (session.status, record.status) == (SessionStatus.IN_PROGRESS, RecordStatus.DRAFT)
    assert not ZoneRecord.objects.exists()


# --- stock ----------------------------------------------------------------------------------------


def test_stock_is_received_minus_used_and_recall_finds_exactly_the_patients(clinic: Clinic) -> None:
    first, second, third = clinic.plan(), clinic.plan(), clinic.plan()
    other = lot(clinic.location, clinic.cartridge.product, number="OTHER", amount=5)
    treated(first, clinic)
    treated(second, clinic)
    elsewhere = needling(clinic)
    elsewhere["products"][0]["lot"] = other.pk
    treated(third, clinic, draft=elsewhere)
    drafted(started(clinic.plan(), clinic), clinic, needling(clinic))
    left = {line.lot.number: line.left for line in stock_at(clinic.location, on=NOW.date())}
    assert (left[clinic.cartridge.number], left["OTHER"]) == (Decimal(98), Decimal(4))
    assert {row.patient for row in recall(clinic.cartridge)} == {first.patient, second.patient}
    assert [row.patient for row in recall(other)] == [third.patient]

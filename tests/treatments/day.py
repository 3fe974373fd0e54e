"""A day at the clinic in steps: open a plan, make a patient ready, treat, sign, recover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from clinic import roles
from clinic.models import ClinicSettings, Device, Location, Patient, Practitioner, Room, User
from clinic.words import DeviceKind, Qualification
from tests.factories import (
    LocationFactory,
    PatientFactory,
    device,
    practitioner,
    protocol_version,
    room,
    staff,
)
from treatments.actions.consents import sign_consent, texts_for
from treatments.actions.patients import apply_patch_test, read_patch_test, save_profile
from treatments.actions.plans import open_plan
from treatments.actions.records import Signed, open_record, save_draft, sign_record
from treatments.actions.screening import AnswerInput, answer_screening, questions_for
from treatments.actions.sessions import start_session
from treatments.facts import Moment
from treatments.models import Lot, Product, SessionRecord, TreatmentPlan, TreatmentSession
from treatments.queries.plan_facts import facts_of
from treatments.rules.patch_tests import rules_for
from treatments.words import ProductRole

#: A Tuesday at ten in Berlin, winter time.
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Who works here and what is in the cupboard."""

    location: Location
    doctor: Practitioner
    doctor_user: User
    aesthetician: Practitioner
    aesthetician_user: User
    desk: User
    pen: Device
    room: Room
    cartridge: Lot
    glide: Lot

    def patient(self, *, skin_type: int = 2, **fields: Any) -> Patient:
        """A patient of 60 kg who is known here."""
        patient = PatientFactory(at=self.location, **fields)
        save_profile(patient, skin_type=skin_type, weight_kg=Decimal(60), by=None, now=NOW)
        return patient

    def plan(
        self,
        code: str = "MN_ACNE_SCAR",
        *,
        sessions: int = 4,
        zones: tuple[str, ...] = ("F_CHEEK_LATERAL",),
        patient: Patient | None = None,
        now: datetime = NOW,
        numbing: bool = False,
        **more: Any,
    ) -> TreatmentPlan:
        """A plan of one protocol that was opened by the desk."""
        return open_plan(
            patient=patient or self.patient(),
            location=self.location,
            concern="ACNE_SCARS",
            protocols=[protocol_version(code)] * sessions,
            zones=zones,
            clinician=self.doctor,
            numbing_planned=numbing,
            by=self.desk,
            now=now,
            **more,
        )


def make_clinic() -> Clinic:
    """A clinic of its own."""
    location = LocationFactory()
    doctor_user = staff(roles.LEAD, at=location, name="Dr. Weiss")
    aesthetician_user = staff(roles.PRACTITIONER, at=location, name="Mira Holm")
    cartridge = lot(location, product("Cartridge 12", ProductRole.CARTRIDGE, "", "piece"), amount=100)
    glide = lot(location, product("Glide gel", ProductRole.GLIDE, "GLIDE", "mL"), amount=500)
    return Clinic(
        location=location,
        doctor=practitioner(at=location, name="Dr. Weiss", user=doctor_user),
        doctor_user=doctor_user,
        aesthetician=practitioner(
            at=location, name="Mira Holm", qualification=Qualification.AES, user=aesthetician_user
        ),
        aesthetician_user=aesthetician_user,
        desk=staff(roles.FRONT_DESK, at=location, name="Ayla Desk"),
        pen=device(at=location, kind=DeviceKind.PEN),
        room=room(at=location),
        cartridge=cartridge,
        glide=glide,
    )


def open_round_the_clock() -> Clinic:
    """The same clinic without a night, so that a story can be told at any hour; acne scars are treated there."""
    made = make_clinic()
    made.location.opening_hours.update(opens="00:00", closes="23:59")
    made.doctor.resource.working_hours.update(opens="00:00", closes="23:59")
    ClinicSettings.objects.filter(location=made.location).update(
        quiet_from="03:33", quiet_until="03:34", notice_minutes=60
    )
    protocol_version("MN_ACNE_SCAR")
    return made


def product(
    name: str, role: ProductRole, product_class: str, unit: str, strength: str | None = None
) -> Product:
    """Something that is used up."""
    return Product.objects.create(
        name=name,
        role=role,
        product_class=product_class,
        unit=unit,
        strength=Decimal(strength) if strength else None,
    )


def lot(location: Location, of: Product, *, amount: int = 100, **fields: Any) -> Lot:
    """A batch of it, good until the end of 2028."""
    values = {"number": f"L{of.pk}", "expires_on": NOW.date().replace(year=2028), "received_at": NOW - DAY}
    return Lot.objects.create(
        product=of, location=location, received_amount=Decimal(amount), **{**values, **fields}
    )


def all_clear(
    plan: TreatmentPlan, session: TreatmentSession | None = None, **given: AnswerInput
) -> dict[str, AnswerInput]:
    """Answers that stand against nothing, except those given."""
    answers = {}
    for asked in questions_for(plan, session, is_staff=True):
        clears = asked.item.clears_on or ("no",)
        answers[asked.item.code] = AnswerInput(answer=clears[0])
    return {**answers, **{code: value for code, value in given.items() if code in answers}}


def screen(
    plan: TreatmentPlan,
    session: TreatmentSession | None = None,
    *,
    by: Any = None,
    now: datetime = NOW,
    **given: AnswerInput,
) -> None:
    """Answers a questionnaire."""
    answers = all_clear(plan, session, **given)
    answer_screening(plan, session=session, answers=answers, by=by, now=now)


def consent(plan: TreatmentPlan, clinic: Clinic, *, now: datetime = NOW) -> None:
    """Signs everything that must be signed."""
    ticks = {one.item.code: not one.is_optional for one in texts_for(plan, now=now)}
    sign_consent(
        plan,
        ticks=ticks,
        discussed_at=now - timedelta(minutes=30),
        discussed_by=clinic.doctor_user,
        signed_name=plan.patient.full_name,
        now=now,
    )


def patch_tests(plan: TreatmentPlan, clinic: Clinic, *, now: datetime = NOW) -> None:
    """Every test that the plan's first session needs, negative."""
    facts = facts_of(plan)
    applied = now - timedelta(days=15)
    for one in facts.sessions[:1]:
        for rule in rules_for(facts, one):
            test = apply_patch_test(
                plan.patient, rule=rule.code, components=plan.components, by=None, now=applied
            )
            read_patch_test(test, is_positive=False, location=clinic.location, by=clinic.doctor_user, now=now)


def make_ready(plan: TreatmentPlan, clinic: Clinic, session: TreatmentSession, *, now: datetime) -> None:
    """All that the gate asks before a start: questions, consent with time to think, tests."""
    if not plan.consents.exists():
        screen(plan, now=now - 2 * DAY)
        consent(plan, clinic, now=now - 2 * DAY)
        patch_tests(plan, clinic, now=now - 2 * DAY)
    screen(plan, session, now=now - timedelta(hours=1), by=clinic.desk)


def started(plan: TreatmentPlan, clinic: Clinic, *, number: int = 1, now: datetime = NOW) -> TreatmentSession:
    """A session in treatment."""
    session = plan.sessions.get(number=number)
    make_ready(plan, clinic, session, now=now)
    return start_session(session, by=clinic.doctor_user, now=now)


def needling(
    clinic: Clinic, *, depth: str = "1.00", zone: str = "F_CHEEK_LATERAL", **changes: Any
) -> dict[str, Any]:
    """A needling draft that may be signed."""
    draft: dict[str, Any] = {
        "fields": {
            "device_type": "PEN",
            "needle_count": "12",
            "numbing_agent": "NUMB_NONE",
            "pain_vas_max": "3",
            "immediate_events": [],
        },
        "zones": [
            {
                "zone": zone,
                "side": side,
                "depth_mm": depth,
                "passes": "4",
                "endpoint": "EVEN_ERYTHEMA",
            }
            for side in ("L", "R")
        ],
        "products": [
            {
                "role": "cartridge",
                "product": clinic.cartridge.product_id,
                "lot": clinic.cartridge.pk,
                "amount": "1",
            },
            {
                "role": "glide",
                "product": clinic.glide.product_id,
                "lot": clinic.glide.pk,
                "amount": "2",
                "unit": "mL",
            },
        ],
        "device": clinic.pen.pk,
        "room": clinic.room.pk,
    }
    return {**draft, **changes}


def with_fields(draft: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """The draft with other session fields."""
    return {**draft, "fields": {**draft["fields"], **fields}}


def drafted(
    session: TreatmentSession, clinic: Clinic, draft: Mapping[str, Any], *, now: datetime = NOW
) -> SessionRecord:
    """An open record with this draft saved."""
    record = open_record(session, practitioner=clinic.doctor, by=clinic.doctor_user, now=now)
    return save_draft(record.pk, version=record.version, draft=draft)


def treated(
    plan: TreatmentPlan,
    clinic: Clinic,
    *,
    number: int = 1,
    now: datetime = NOW,
    draft: Mapping[str, Any] | None = None,
) -> Signed:
    """A session that was started, logged and signed."""
    session = started(plan, clinic, number=number, now=now)
    record = drafted(session, clinic, draft or needling(clinic), now=now)
    return sign_record(record.pk, version=record.version, by=clinic.doctor_user, now=now + timedelta(hours=1))


def moment(on: datetime = NOW) -> Moment:
    """A look at that day, as for booking."""
    return Moment(on=on.date(), now=on, is_start=False, anchors={})

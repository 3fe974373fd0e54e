"""The consents of a patient as the desk sees them: state, dates, wording, what to renew; nothing of what was asked."""

from datetime import timedelta

from django.test import Client

from tests.factories import LocationFactory, staff
from tests.treatments.day import NOW, Clinic, consent
from treatments.actions.consents import withdraw_consent, write_text
from treatments.queries.patient_consents import consent_states


def states(plan: object, **later: int) -> list[tuple[bool, list[str]]]:
    """Good or not, and the reasons."""
    found = consent_states(plan.patient, now=NOW + timedelta(**later))  # type: ignore[attr-defined]
    return [(one.is_good, [str(reason) for reason in one.why]) for one in found]


def test_a_consent_is_to_sign_signed_to_renew_or_withdrawn(clinic: Clinic) -> None:
    plan = clinic.plan()
    assert states(plan) == [(False, ["not signed yet"])]
    consent(plan, clinic, now=NOW - timedelta(days=2))
    assert states(plan) == [(True, [])]
    assert states(plan, days=340) == [(False, ["it ends soon or has ended"])]
    write_text(code="CT_RARE", language="en", text="A new wording.", now=NOW)
    assert states(plan) == [(False, ["there is a newer wording"])]
    withdraw_consent(plan.consents.get(), now=NOW)
    assert states(plan) == [(False, ["not signed yet"])]
    (one,) = consent_states(plan.patient, now=NOW)
    assert one.consent is not None
    assert one.consent.withdrawn_at == NOW


def test_the_desk_sees_dates_and_wording_but_no_answers(
    client: Client, clinic: Clinic, clock: object
) -> None:
    plan = clinic.plan()
    consent(plan, clinic, now=NOW - timedelta(days=2))
    plan.consents.update(questions="Asked about scars after acne.")
    client.force_login(clinic.desk)
    page = client.get(f"/patients/{plan.patient_id}/consents/").content.decode()
    signed = plan.consents.get()
    assert f"valid until {signed.valid_until_on:%a} {signed.valid_until_on.day}" in " ".join(page.split())
    assert ("wording 1" in page, "scars after acne" in page, "/consents/" in page) == (True, False, False)
    assert (
        f"/patients/{plan.patient_id}/consents/"
        in client.get(f"/patients/{plan.patient_id}/").content.decode()
    )


def test_nobody_of_elsewhere_sees_them(client: Client, clinic: Clinic) -> None:
    client.force_login(staff(at=LocationFactory()))
    assert client.get(f"/patients/{clinic.plan().patient_id}/consents/").status_code == 404

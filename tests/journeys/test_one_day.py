"""One day at the clinic, all of it, over HTTP: with a real worker, beat, broker, mail server and SMS provider."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from bookings.models import Appointment, Claim
from clinic.messaging.models import Message
from clinic.models import Patient, PatientLink, Task
from clinic.timekeeping import local_day
from tests.factories import PASSWORD
from tests.journeys.person import Person
from tests.passing_time import time_passes
from tests.servers import Mailbox, sms_provider, smtp_server, until, worker_and_beat
from tests.treatments.day import Clinic, open_round_the_clock
from treatments.models import RecoveryCheck, SessionRecord, TreatmentPlan
from treatments.series import series_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
DAY = timedelta(days=1)


@pytest.fixture
def clinic() -> Clinic:
    """Open round the clock, so that the test can run at any hour."""
    return open_round_the_clock()


@pytest.fixture
def world(live_server: LiveServer, tmp_path: Path) -> Iterator[tuple[str, Mailbox, list[dict[str, Any]]]]:
    """The site, the mailbox, and the texts that the SMS provider accepted; worker and beat run beside."""
    with smtp_server() as (mailbox, email_url), sms_provider() as (texts, sms_url):
        environment = {
            "EMAIL_URL": email_url,
            "SMS_CHANNEL": "http",
            "SMS_URL": sms_url,
            "PUBLIC_URL": live_server.url,
        }
        with override_settings(PUBLIC_URL=live_server.url), worker_and_beat(tmp_path, **environment):
            yield live_server.url, mailbox, texts


def test_one_day_at_the_clinic(clinic: Clinic, world: tuple[str, Mailbox, list[dict[str, Any]]]) -> None:
    site, mailbox, texts = world
    desk = Person(site).signs_in(clinic.desk.email, PASSWORD)
    patient = the_desk_finds_nobody_and_creates_the_patient(desk)
    plan = the_desk_opens_a_plan_and_books_the_series(desk, patient)
    the_messages_exist_with_the_appointments(plan)
    phone = the_patient_is_told_and_confirms(site, mailbox, texts, plan)
    the_patient_comes_and_is_treated(site, desk, clinic, plan)
    the_next_window_moves_with_the_day_performed(plan)
    a_normal_answer_is_a_point_on_the_curve(site, texts, plan)
    a_red_flag_becomes_an_urgent_task(site, texts, clinic, plan)
    assert phone.page.status_code == 200


def the_desk_finds_nobody_and_creates_the_patient(desk: Person) -> Patient:
    desk.opens("/patients/?q=leyla").sees("Nobody found")
    desk.opens("/patients/new/").sends(
        given_name="Leyla",
        family_name="Demir",
        born_on="1988-03-14",
        phone="0151 23456789",
        email="leyla@patients.example",
    )
    desk.sees("Leyla Demir", "14 Mar 1988")
    return Patient.objects.get()


def the_desk_opens_a_plan_and_books_the_series(desk: Person, patient: Patient) -> TreatmentPlan:
    desk.opens(f"/patients/{patient.pk}/plan/new/").sees("Acne scars")
    desk.opens(f"/patients/{patient.pk}/plan/new/?concern=ACNE_SCARS").sees(
        "protocol=MN_ACNE_SCAR", "first choice"
    )
    desk.opens(f"/patients/{patient.pk}/plan/new/?concern=ACNE_SCARS&protocol=MN_ACNE_SCAR")
    desk.sends(zones=["F_CHEEK_LATERAL"], sessions="3")
    plan = TreatmentPlan.objects.get()
    assert desk.page.url.endswith(f"/plans/{plan.pk}/dates/")
    assert Appointment.objects.count() == 0
    desk.sees("Dr. Weiss", "All 3 sessions fit.").sends()
    assert [row.status for row in Appointment.objects.order_by("starts_at")] == ["booked"] * 3
    assert Claim.objects.filter(appointment__isnull=False).count() >= 9
    return plan


def the_messages_exist_with_the_appointments(plan: TreatmentPlan) -> None:
    kinds = set(Message.objects.filter(patient=plan.patient).values_list("kind", flat=True))
    assert {"appointment_confirmed", "appointment_reminder", "pretreatment"} <= kinds


def the_patient_is_told_and_confirms(
    site: str, mailbox: Mailbox, texts: list[dict[str, Any]], plan: TreatmentPlan
) -> Person:
    until(
        lambda: Message.objects.filter(
            kind="appointment_confirmed", status__in=["sent", "delivered"]
        ).exists(),
        what="the confirmation",
    )
    address = link_in(texts, "appointment") or link_in_mail(mailbox)
    phone = Person(site).opens(address)
    before = list(Appointment.objects.order_by("pk").values())
    for path in ("/p/appointment/", "/p/appointment/cancel/", "/p/appointment/change/", address):
        phone.opens(path)
    assert list(Appointment.objects.order_by("pk").values()) == before
    phone.opens("/p/appointment/").sends("confirm").sees("we expect you")
    assert Appointment.objects.earliest("starts_at").confirmed_at is not None
    return phone


def the_patient_comes_and_is_treated(site: str, desk: Person, clinic: Clinic, plan: TreatmentPlan) -> None:
    first = Appointment.objects.earliest("starts_at")
    session = first.treatment_session
    assert session is not None
    wait_for_the_day(first)
    desk.opens(f"/appointments/{first.pk}/").sends("/do/arrive/").sees("arrived")
    desk.opens(f"/sessions/{session.pk}/", status=403)

    doctor = Person(site).signs_in(clinic.doctor_user.email, PASSWORD)
    doctor.opens("/my-day/").sees("Leyla Demir")
    answer_every_question_with_no(doctor, session.pk)
    doctor.opens(f"/plans/{plan.pk}/consent/")
    ticks = re.findall(r'name="tick" value="([A-Z_]+)"', doctor.text)
    doctor.sends(tick=ticks, signed_name="Leyla Demir").sees("Leyla Demir")
    doctor.opens(f"/sessions/{session.pk}/").sends("profile", skin_type="2")
    sign_what_needs_a_clinician(doctor)
    doctor.opens(f"/sessions/{session.pk}/").sees("Nothing stands against it.").sends("/start/")
    fill_in_and_sign_the_record(doctor, clinic, session.pk)
    session.refresh_from_db()
    first.refresh_from_db()
    assert (session.status, first.status) == ("completed", "fulfilled")
    assert session.recovery_checks.count() == 5
    assert Message.objects.filter(kind="aftercare_step", patient=plan.patient).exists()


def wait_for_the_day(row: Appointment) -> None:
    """The first free time may be tomorrow: then the night passes."""
    from django.utils import timezone

    zone = row.location.tz
    days = (local_day(row.starts_at, zone) - local_day(timezone.now(), zone)).days
    if days > 0:
        time_passes(days * DAY)
        row.refresh_from_db()


def answer_every_question_with_no(doctor: Person, session: int) -> None:
    doctor.opens(f"/sessions/{session}/screening/")
    fields = doctor.form()["fields"]
    clear = {"EXPECTATION": "yes", "PREV_SESSION": "yes"}
    answers = {}
    for name in fields:
        options = re.findall(rf'name="{name}" value="([^"]+)"', doctor.text)
        if options and not name.startswith("csrf"):
            answers[name] = clear.get(name, "no") if "no" in options else options[-1]
    doctor.sends(fields=answers)


def sign_what_needs_a_clinician(doctor: Person) -> None:
    """Patch tests that were not made in time are waived by signature, each with its reason."""
    for _ in range(10):
        if "/sign-off/" not in doctor.text:
            return
        doctor.sends("/sign-off/", reason="Known from earlier treatments here; same products, no reaction.")
    raise AssertionError("signing does not end")


def fill_in_and_sign_the_record(doctor: Person, clinic: Clinic, session: int) -> None:
    doctor.opens(f"/sessions/{session}/").sends("/record/")
    doctor.sends("/photos/", files={"photo": ("before.jpg", picture(), "image/jpeg")}, moment="before")
    doctor.opens(f"/sessions/{session}/record/")
    fields = dict(doctor.form("").get("fields", {}))
    typed = {
        "device": str(clinic.pen.pk),
        "room": str(clinic.room.pk),
        "p.0.role": "cartridge",
        "p.0.product": str(clinic.cartridge.product_id),
        "p.0.lot": str(clinic.cartridge.pk),
        "p.0.amount": "1",
        "p.0.unit": "piece",
        "p.1.role": "glide",
        "p.1.product": str(clinic.glide.product_id),
        "p.1.lot": str(clinic.glide.pk),
        "p.1.amount": "2",
        "p.1.unit": "mL",
        "f.device_type": "PEN",
        "f.needle_count": "12",
        "f.numbing_agent": "NUMB_NONE",
        "f.pain_vas_max": "3",
        "f.observation_min": "15",
        "note": "Calm session, even redness.",
        "sign": "1",
    }
    for name in fields:
        if name.startswith("z.") and name.endswith(".depth_mm"):
            typed[name] = "1.50"
        elif name.startswith("z.") and name.endswith(".passes"):
            typed[name] = "4"
        elif name.startswith("z.") and name.endswith(".endpoint"):
            typed[name] = "PINPOINT_BLEED"
    doctor.sends(fields=typed)
    record = SessionRecord.objects.get()
    assert record.status == "signed", doctor.text[:3000]


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 150, 130)).save(out, "JPEG")
    out.seek(0)
    return out


def the_next_window_moves_with_the_day_performed(plan: TreatmentPlan) -> None:
    from django.utils import timezone

    rows = series_of(plan, now=timezone.now())
    assert rows[0].performed_on is not None
    # 1.5 mm deep: the depth rule and the protocol both ask for 28 days.
    assert rows[1].window is not None
    assert (rows[1].window.earliest - rows[0].performed_on).days == 28


def a_normal_answer_is_a_point_on_the_curve(
    site: str, texts: list[dict[str, Any]], plan: TreatmentPlan
) -> None:
    time_passes(DAY)
    check = asked(plan, "C1")
    phone = open_check(site, texts, check)
    answer_all(phone, score="1")
    check.refresh_from_db()
    assert (check.status, check.grade) == ("answered", "green")
    assert Task.objects.filter(kind="recovery").count() == 0


def a_red_flag_becomes_an_urgent_task(
    site: str, texts: list[dict[str, Any]], clinic: Clinic, plan: TreatmentPlan
) -> None:
    time_passes(2 * DAY)
    check = asked(plan, "C2")
    phone = open_check(site, texts, check)
    answer_all(phone, score="1", Q_PUS="yes")
    check.refresh_from_db()
    plan.refresh_from_db()
    task = Task.objects.get(kind="recovery")
    assert (check.grade, check.urgency, plan.status) == ("red", "SAME_DAY", "on-hold")
    assert (task.owner, task.urgency, task.is_clinical) == (clinic.doctor_user, "SAME_DAY", True)
    doctor = Person(site).signs_in(clinic.doctor_user.email, PASSWORD)
    doctor.opens("/recovery/").sees("Leyla Demir")
    doctor.opens(f"/recovery/{check.pk}/").sees("pus").sends("/do/", outcome="comes", note="At four.")
    task.refresh_from_db()
    assert (task.status, task.outcome) == ("done", "reached: comes in today. At four.")


def sent(kind: str) -> Any:
    """Messages of a kind that have left."""
    return Message.objects.filter(kind=kind, status__in=["sent", "delivered"])


def asked(plan: TreatmentPlan, code: str) -> RecoveryCheck:
    """The worker asks, and the text with the link leaves."""
    check = RecoveryCheck.objects.get(session__plan=plan, code=code)

    def is_sent() -> bool:
        sent = Message.objects.filter(
            subject_type="recovery_check", subject_id=check.pk, status__in=["sent", "delivered"]
        )
        return sent.exists()

    until(is_sent, what=f"the text of {code}")
    check.refresh_from_db()
    assert check.status in ("planned", "asked")
    return check


def open_check(site: str, texts: list[dict[str, Any]], check: RecoveryCheck) -> Person:
    link = PatientLink.objects.filter(subject_type="recovery_check", subject_id=check.pk).latest("pk")
    address = next(path for path in reversed(paths_in(texts)) if is_of(path, link))
    phone = Person(site).opens(address).sees("Your date of birth")
    phone.sends("birth-date", day="1", month="1", year="1990", status=403)
    assert str(link.patient.born_on) == "1988-03-14"
    return phone.sends("birth-date", day="14", month="3", year="1988")


def answer_all(phone: Person, *, score: str, **special: str) -> None:
    for _ in range(20):
        if "/p/check/done" in phone.page.url:
            return
        form = phone.form("")
        code = form["fields"].get("q", "")
        if not code:
            phone.sends()
            continue
        options = re.findall(r'name="value" value="([^"]+)"', phone.text)
        usual = score if score in options else "no" if "no" in options else (options or [""])[0]
        phone.sends(value=special.get(code, usual))
    raise AssertionError("the questions do not end")


def paths_in(texts: list[dict[str, Any]]) -> list[str]:
    """Every patient link in the texts that the provider accepted."""
    found = [re.findall(r"https?://\S+/p/[A-Za-z0-9_-]+/?", str(text)) for text in list(texts)]
    return [urlsplit(address).path for links in found for address in links]


def is_of(path: str, link: PatientLink) -> bool:
    from clinic.links import token_hash

    return token_hash(path.strip("/").split("/")[-1]) == link.token_hash


def link_in(texts: list[dict[str, Any]], purpose: str) -> str:
    links = {link.token_hash: link for link in PatientLink.objects.filter(purpose=purpose)}
    return next((path for path in paths_in(texts) if any(is_of(path, link) for link in links.values())), "")


def link_in_mail(mailbox: Mailbox) -> str:
    for mail in mailbox.mails:
        body = mail.get_body(("plain",))
        found = re.findall(r"https?://\S+/p/[A-Za-z0-9_-]+/?", body.get_content() if body else "")
        if found:
            return urlsplit(found[0]).path
    raise AssertionError("no link in any mail")

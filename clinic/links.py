"""Patient links: a secret address becomes a short cookie and a clean page. No GET changes anything (P6).

`/p/<token>` shows nothing and changes nothing: it sets a signed cookie and redirects. Mail scanners and link
previews may open it as often as they like. Everything that changes something is a POST on the page behind it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clinic.actions.tasks import open_task
from clinic.models import Location, Patient, PatientLink
from clinic.words import LinkPurpose, Urgency

Args = ParamSpec("Args")
View = Callable[Concatenate[HttpRequest, Args], HttpResponse]

COOKIE = "patient-link"
COOKIE_AGE = timedelta(hours=2)
MOST_WRONG_TRIES = 5
_SALT = "clinic.links"
#: Which page a purpose opens, by name: the apps above are not imported.
LANDINGS = {
    LinkPurpose.APPOINTMENT: "bookings_p:appointment",
    LinkPurpose.OFFER: "bookings_p:offer",
    LinkPurpose.SCREENING: "bookings_p:questions",
    LinkPurpose.AFTERCARE: "treatments_p:aftercare",
    LinkPurpose.RECOVERY_CHECK: "treatments_p:check",
    LinkPurpose.OUTCOMES: "treatments_p:scores",
}


def token_hash(token: str) -> str:
    """What is stored: the SHA-256 of the token. It has 128 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    *,
    patient: Patient,
    location: Location,
    purpose: LinkPurpose,
    subject_type: str,
    subject_id: int,
    expires_at: datetime,
    now: datetime,
) -> str:
    """A new address for one patient and one purpose. The token is only in the address that is returned."""
    _row, token = _new_link(
        patient=patient,
        location=location,
        purpose=purpose,
        subject_type=subject_type,
        subject_id=subject_id,
        expires_at=expires_at,
        now=now,
    )
    return f"{settings.PUBLIC_URL}{reverse('patient-link', args=[token])}"


def _new_link(*, now: datetime, **facts: Any) -> tuple[PatientLink, str]:
    token = secrets.token_urlsafe(16)
    return PatientLink.objects.create(token_hash=token_hash(token), created_at=now, **facts), token


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """`GET /p/<token>`: cookie and redirect, nothing else."""
    link = PatientLink.objects.usable(timezone.now()).filter(token_hash=token_hash(token)).first()
    if link is None:
        return ended(request)
    response = redirect(LANDINGS[LinkPurpose(link.purpose)])
    _remember(response, link, proved=False)
    return response


def patient_page(purpose: LinkPurpose, *, clinical: bool = False) -> Callable[[View[Args]], View[Args]]:
    """View decorator for patient pages: gives `request.link`, or says that the link has ended.

    `clinical=True` asks for the date of birth first, once per opened link; five wrong tries lock the link and tell
    the desk. The page speaks the patient's language, in the clinic's zone.
    """

    def decorate(view: View[Args]) -> View[Args]:
        @wraps(view)
        def opened(request: HttpRequest, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
            link, proved = _opened_link(request)
            if link is None or link.purpose != purpose:
                return ended(request)
            if link.locked_at is not None:
                return locked(request, link)
            request.link = link  # type: ignore[attr-defined]
            language = page_language(link)
            with translation.override(language), timezone.override(link.location.tz):
                asks = clinical and not proved
                response = ask_birth_date(request, link) if asks else view(request, *args, **kwargs)
            response.headers["Content-Language"] = language
            return response

        opened.purpose = purpose  # type: ignore[attr-defined]
        return cast(View[Args], opened)

    return decorate


def page_language(link: PatientLink) -> str:
    """The patient's language where the pages speak it, else the location's, else English (`wordings` does the same)."""
    spoken = dict(settings.LANGUAGES)
    wished = (link.patient.language, link.location.language)
    return next((code for code in wished if code in spoken), settings.LANGUAGE_CODE)


def go_on_to(
    request: HttpRequest, purpose: LinkPurpose, *, subject_type: str, subject_id: int, until: datetime
) -> HttpResponse:
    """From a page behind a link (in `request.link`) that asked for the birth date to another page of the same patient.

    Makes a link of its own, so only behind a POST.
    """
    link: PatientLink = request.link  # type: ignore[attr-defined]
    row, _token = _new_link(
        patient=link.patient,
        location=link.location,
        purpose=purpose,
        subject_type=subject_type,
        subject_id=subject_id,
        expires_at=until,
        now=timezone.now(),
    )
    response = redirect(LANDINGS[purpose])
    _remember(response, row, proved=True)
    return response


def ended(request: HttpRequest) -> HttpResponse:
    """The link is over or unknown: says so, without saying which."""
    return render(request, "patient/ended.html", status=410)


def locked(request: HttpRequest, link: PatientLink) -> HttpResponse:
    """Too many wrong birth dates: the desk will call."""
    return render(request, "patient/locked.html", {"location": link.location}, status=403)


def ask_birth_date(request: HttpRequest, link: PatientLink, *, wrong: bool = False) -> HttpResponse:
    """The page that asks for the date of birth, before anything clinical is shown."""
    target = _safe_target(request.POST.get("next") or request.path, link)
    context = {
        "location": link.location,
        "wrong": wrong,
        "next": target,
        "left": MOST_WRONG_TRIES - link.wrong_tries,
    }
    return render(request, "patient/birth_date.html", context, status=403 if wrong else 200)


def prove_birth_date(request: HttpRequest) -> HttpResponse:
    """`POST /p/birth-date/`: right opens the page, wrong counts, five wrong lock the link."""
    link, _proved = _opened_link(request)
    if link is None:
        return ended(request)
    target = _safe_target(request.POST.get("next", ""), link)
    if request.method != "POST":
        return redirect(target)
    if _told_birth_date(request.POST) == link.patient.born_on is not None:
        response = redirect(target)
        _remember(response, link, proved=True)
        return response
    link = count_wrong_try(link, now=timezone.now())
    with translation.override(page_language(link)):
        return locked(request, link) if link.locked_at else ask_birth_date(request, link, wrong=True)


@transaction.atomic
def count_wrong_try(link: PatientLink, *, now: datetime) -> PatientLink:
    """One more wrong try; the fifth locks the link and opens a task for the desk."""
    locked_link = PatientLink.objects.select_for_update().get(pk=link.pk)
    if locked_link.locked_at is not None:
        return locked_link
    locked_link.wrong_tries = min(locked_link.wrong_tries + 1, MOST_WRONG_TRIES)
    if locked_link.wrong_tries == MOST_WRONG_TRIES:
        locked_link.locked_at = now
        _tell_desk(locked_link, now=now)
    locked_link.save(update_fields=["wrong_tries", "locked_at"])
    return locked_link


def _tell_desk(link: PatientLink, *, now: datetime) -> None:
    open_task(
        kind="link-locked",
        location=link.location,
        patient=link.patient,
        owner=None,
        urgency=Urgency.NEXT_DAY,
        is_clinical=False,
        sentence=_("A link was locked after five wrong birth dates: call the patient and send a new one."),
        subject_type="patient_link",
        subject_id=link.pk,
        dedupe_key=f"link-locked:{link.pk}",
        now=now,
    )


def _told_birth_date(data: Any) -> date | None:
    try:
        return date(int(data.get("year", "")), int(data.get("month", "")), int(data.get("day", "")))
    except ValueError:
        return None


def _safe_target(path: str, link: PatientLink) -> str:
    """One of our patient pages, and not the one that asks."""
    is_ours = path.startswith("/p/") and "//" not in path and path != reverse("patient-birth-date")
    return path if is_ours else reverse(LANDINGS[LinkPurpose(link.purpose)])


def _opened_link(request: HttpRequest) -> tuple[PatientLink | None, bool]:
    text = request.COOKIES.get(COOKIE, "")
    try:
        told = signing.loads(text, salt=_SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return None, False
    links = PatientLink.objects.usable(timezone.now()).select_related("patient", "location")
    return links.filter(pk=told["link"]).first(), bool(told["proved"])


def _remember(response: HttpResponse, link: PatientLink, *, proved: bool) -> None:
    response.set_cookie(
        COOKIE,
        signing.dumps({"link": link.pk, "proved": proved}, salt=_SALT),
        max_age=int(COOKIE_AGE.total_seconds()),
        path="/p/",
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )

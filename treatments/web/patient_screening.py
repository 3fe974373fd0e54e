"""The questionnaire on the phone, page by page. The link is about an appointment: the app above routes it.

Every page is kept when it is sent; who leaves and opens the link again, also on another day, goes on where they were.
Nothing counts before the last page is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date

from clinic.errors import DomainError
from treatments.actions.screening import AskedItem, questions_for
from treatments.actions.screening_drafts import (
    Told,
    begin_again,
    keep_answers,
    send_answers,
    sent_lately,
    told_so_far,
)
from treatments.models import Screening, ScreeningDraft, TreatmentSession
from treatments.queries.patient_scores import scores_wanted_now
from treatments.screening_pages import Page, is_told, pages_for
from treatments.spoken import spoken
from treatments.web.screening_forms import MoreForm, PageForm, zone_choices

#: The page before the answers are sent.
REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """One questionnaire at one moment: its pages in order, what was told, and the zones that "where?" offers."""

    session: TreatmentSession
    on: date
    pages: list[Page]
    told: Told
    zones: list[tuple[str, str]]

    def page(self, code: str) -> Page | None:
        """The page of that code."""
        return next((page for page in self.pages if page.code == code), None)

    def first_open(self) -> str:
        """The first page with something to answer; the review when there is none."""
        return next((page.code for page in self.pages if not is_told(page, self.told)), REVIEW)

    def neighbour(self, page: Page, step: int) -> str:
        """The code of the page before (-1) or after (1); empty before the first, the review after the last."""
        place = self.pages.index(page) + step
        if place < 0:
            return ""
        return self.pages[place].code if place < len(self.pages) else REVIEW


def ask_patient(request: HttpRequest, session: TreatmentSession, *, on: date) -> HttpResponse:
    """GET shows a page (`?page=`, or the first open one), POST keeps or sends; `on` is the local day of the visit."""
    now = timezone.now()
    if request.method == "POST" and "again" in request.POST:
        begin_again(session, now=now)
        return redirect(f"{request.path}?page={REVIEW}")
    sent = None if ScreeningDraft.objects.filter(pk=session.pk).exists() else sent_lately(session, now=now)
    asking = _asking(session, on)
    if sent is not None or not asking.pages:
        return _thanks(request, session, sent)
    code = request.POST.get("page") or request.GET.get("page") or asking.first_open()
    page = asking.page(code)
    if page is None:
        return _review(request, asking)
    return _keep(request, asking, page) if request.method == "POST" else _show(request, asking, page)


def _asking(session: TreatmentSession, on: date) -> Asking:
    zones = [(code, spoken(label)) for code, label in zone_choices(session)]
    asked = questions_for(session.plan, session, on=on)
    if len(zones) < 2:
        # With one zone there is nothing to choose: the answer is about that one.
        asked = [replace(one, asks_zones=False) for one in asked]
    told = told_so_far(session, asked, now=timezone.now())
    return Asking(session=session, on=on, pages=pages_for(asked, told), told=told, zones=zones)


def _form(asking: Asking, page: Page, data: Any = None) -> PageForm | MoreForm:
    if page.is_more:
        return MoreForm(data, page=page, told=asking.told, zones=asking.zones)
    return PageForm(data, page=page, told=asking.told)


def _show(
    request: HttpRequest, asking: Asking, page: Page, form: PageForm | MoreForm | None = None
) -> HttpResponse:
    form = form or _form(asking, page)
    alone = page.asked[0] if len(page.asked) == 1 else None
    context = {
        "session": asking.session,
        "location": asking.session.plan.location,
        "page": page,
        "form": form,
        "alone": alone,
        "heading": page.title or (spoken(alone.item.question) if alone else ""),
        "answer": _said(asking, alone) if page.is_more and alone else "",
        "place": asking.pages.index(page) + 1,
        "count": len(asking.pages),
        "back": asking.neighbour(page, -1),
        "for_review": REVIEW in (request.GET.get("then"), request.POST.get("then")),
        "is_begun": bool(asking.told),
        "on": asking.on,
    }
    return render(request, "treatments/patient/screening.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, asking: Asking, page: Page) -> HttpResponse:
    form = _form(asking, page, request.POST)
    is_complete = form.is_valid()
    if is_complete or (not page.is_more and form.told()):
        keep_answers(asking.session, form.told(), now=timezone.now())
    if not is_complete:
        return _show(request, asking, page, form)
    after = _asking(asking.session, asking.on)
    stands = after.page(page.code)
    following = after.neighbour(stands, 1) if stands else REVIEW
    wants_more = (asked := after.page(following)) is not None and asked.is_more
    if request.POST.get("then") == REVIEW:
        # A changed answer that asks when and where goes there first, and then back to the review.
        following = f"{following}&then={REVIEW}" if wants_more else REVIEW
    return redirect(f"{request.path}?page={following}")


def _review(request: HttpRequest, asking: Asking) -> HttpResponse:
    """GET shows all answers, each with its way back; POST sends them."""
    if (missing := asking.first_open()) != REVIEW:
        return redirect(f"{request.path}?page={missing}")
    if request.method == "POST":
        try:
            found = send_answers(asking.session, on=asking.on, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
        else:
            return _thanks(request, asking.session, found)
    rows = [
        (page, one, _said(asking, one), _more_said(asking, one))
        for page in asking.pages
        if not page.is_more
        for one in page.asked
    ]
    context = {
        "session": asking.session,
        "location": asking.session.plan.location,
        "noted": [row for row in rows if not _is_plain(asking, row[1])],
        "plain": [row for row in rows if _is_plain(asking, row[1])],
    }
    return render(request, "treatments/patient/screening_review.html", context)


def _is_plain(asking: Asking, one: AskedItem) -> bool:
    """Whether the answer is the one that nothing follows from."""
    return asking.told[one.item.code]["answer"] in one.item.clears_on


def _said(asking: Asking, one: AskedItem) -> str:
    """The answer in the words that it was chosen by."""
    given = asking.told.get(one.item.code, {})
    if one.item.asks_text:
        return str(given.get("detail") or "–")
    return spoken(str(dict(one.answers).get(given.get("answer", ""), "–")))


def _more_said(asking: Asking, one: AskedItem) -> tuple[date | None, str]:
    """The day and the zones that belong to an answer."""
    given = asking.told.get(one.item.code, {})
    names = dict(asking.zones)
    return parse_date(given.get("since") or ""), ", ".join(names.get(z, z) for z in given.get("zones") or ())


def _thanks(request: HttpRequest, session: TreatmentSession, found: Screening | None) -> HttpResponse:
    advice = [answer for answer in found.answers.all() if answer.finding] if found else []
    context = {
        "screening": found,
        "days": sorted({answer.possible_from_on for answer in advice if answer.possible_from_on}),
        "location": session.plan.location,
        "asks_scores": bool(scores_wanted_now(session.plan, now=timezone.now())),
    }
    return render(request, "treatments/patient/screening_done.html", context)

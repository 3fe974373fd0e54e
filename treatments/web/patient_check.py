"""The recovery check on the phone: one question a page, saved page by page, skipping allowed, urgent words first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.errors import DomainError
from clinic.links import ended, patient_page
from clinic.models import Location
from clinic.words import URGENCY_ORDER, LinkPurpose, Urgency
from treatments.actions.alarms import raise_alarm
from treatments.actions.photos import add_reaction_photo
from treatments.actions.recovery import answer_question, finish, instant_flag
from treatments.definitions import Answer, Question, RedFlag
from treatments.models import AdverseReaction, RecoveryCheck, TreatmentSession
from treatments.photos import MOST_BYTES
from treatments.queries.catalogue import shared
from treatments.queries.photos import CLINICAL_PHOTOS, allowed_photos
from treatments.queries.recovery import is_open, questions_of, rules_for, wording
from treatments.triage import RED
from treatments.words import Grade

#: Optional questions of which pages know how to ask; a photo is asked for by name in the text answer.
FOLLOWS = {"Q_FEVER": "Q_UNWELL"}
NEVER_ON_THE_PHONE = frozenset({"Q_PHOTO"})


def linked(request: HttpRequest) -> RecoveryCheck | None:
    """The check that the link is about."""
    link = request.link  # type: ignore[attr-defined]
    rows = RecoveryCheck.objects.select_related(
        "session__plan__patient", "session__plan__location", "session__protocol_version__protocol"
    )
    return rows.filter(pk=link.subject_id, session__plan__patient=link.patient).first()


@patient_page(LinkPurpose.RECOVERY_CHECK, clinical=True)
def check(request: HttpRequest) -> HttpResponse:
    """GET shows one question (the first open one, or `?q=`); POST keeps its answer and goes to the next."""
    found = linked(request)
    if found is None:
        return ended(request)
    if not is_open(found):
        return redirect("treatments_p:check-done")
    asked = asked_of(found)
    given = {row.question: row for row in found.answers.all()}
    code = (
        request.POST.get("q")
        or request.GET.get("q")
        or next((q.code for q in asked if q.code not in given), "")
    )
    question = next((one for one in asked if one.code == code), None)
    if question is None:
        return _finish(request, found)
    if request.method == "POST":
        return _keep(request, found, question, asked)
    return _page(request, found, question, asked, given.get(code))


def asked_of(found: RecoveryCheck) -> list[Question]:
    """The questions in order; "do you feel seriously ill?" follows a yes to fever."""
    known = rules_for(found.session).questions
    answers = {row.question: row.value for row in found.answers.all()}
    asked: list[Question] = []
    for question in questions_of(found):
        if question.code in NEVER_ON_THE_PHONE:
            continue
        asked.append(question)
        follows = FOLLOWS.get(question.code)
        if follows and answers.get(question.code) == "yes" and follows not in found.questions:
            asked.append(known[follows])
    return asked


def _page(
    request: HttpRequest,
    found: RecoveryCheck,
    question: Question,
    asked: list[Question],
    before: Any,
    status: int = 200,
) -> HttpResponse:
    place = [one.code for one in asked].index(question.code)
    context = {
        "check": found,
        "question": question,
        "text": wording(question, found),
        "place": place + 1,
        "count": len(asked),
        "back": asked[place - 1].code if place else "",
        "before": before,
        "warnings": warnings_of(question),
        "if_yes": _("If yes:"),
        "if_worse": _("If it is strong, or gets worse:"),
        "ends": _ends(question),
        "is_emergency": worst_urgency(question) == Urgency.EMERGENCY,
        "location": found.session.plan.location,
        "numbers": range(
            question.lowest or 0, (question.highest if question.highest is not None else 10) + 1
        ),
    }
    return render(request, "treatments/patient/check.html", context, status=status)


def _ends(question: Question) -> tuple[str, str] | None:
    """The words at the ends of a scale; a count has none."""
    if question.answer != Answer.SCORE:
        return None
    return (_("not at all"), _("as bad as it can be") if question.symptom else _("very"))


def warnings_of(question: Question) -> list[str]:
    """What the patient must read before sending: the text of the worst red flag that this question can raise.

    With it what is said within a day: a crooked smile may be a stroke, and that cannot wait for the last page.
    """
    top = _worst_flag(question)
    if top is None or Urgency(top.urgency) not in RED:
        return []
    soon = [flag for flag in _flags_of(question) if Urgency(flag.urgency) == Urgency.NEXT_DAY]
    return [flag.patient_text for flag in (top, *soon)]


def worst_urgency(question: Question) -> Urgency:
    """How pressing a bad answer to a question can be."""
    top = _worst_flag(question)
    return Urgency(top.urgency) if top else Urgency(question.yes_urgency or Urgency.ROUTINE)


def _flags_of(question: Question) -> list[RedFlag]:
    flags = {flag.code: flag for flag in shared().red_flags}
    return [flags[code] for code in question.flags if code in flags]


def _worst_flag(question: Question) -> RedFlag | None:
    return min(_flags_of(question), key=lambda flag: URGENCY_ORDER.index(Urgency(flag.urgency)), default=None)


def _keep(
    request: HttpRequest, found: RecoveryCheck, question: Question, asked: list[Question]
) -> HttpResponse:
    value = None if "skip" in request.POST else request.POST.get("value") or None
    extras = {"temperature_c": text} if (text := request.POST.get("temperature_c", "")) else {}
    now = timezone.now()
    if value is None and "skip" not in request.POST and not question.is_optional:
        messages.error(request, _("Choose an answer, or skip the question."))
        return _page(request, found, question, asked, None, status=422)
    try:
        advice = (
            instant_flag(found, question.code, value, now=now, extras=extras) if value is not None else None
        )
        answer_question(
            found.pk,
            question.code,
            value,
            now=now,
            extras=extras,
            detail=request.POST.get("detail", "").strip(),
        )
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
        return _page(request, found, question, asked, None, status=422)
    if advice is not None:
        raise_alarm(found, advice, now=now)
        context = {"advice": advice, "location": found.session.plan.location}
        return render(request, "treatments/patient/emergency.html", context)
    return redirect("treatments_p:check")


def _finish(request: HttpRequest, found: RecoveryCheck) -> HttpResponse:
    """GET shows what will be sent; POST sends it."""
    if request.method != "POST":
        return render(request, "treatments/patient/check_send.html", {"check": found, "rows": _told(found)})
    try:
        finish(found.pk, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
        return redirect("treatments_p:check")
    return redirect("treatments_p:check-done")


def _told(found: RecoveryCheck) -> list[tuple[Question, Any]]:
    given = {row.question: row for row in found.answers.all()}
    return [(one, given.get(one.code)) for one in asked_of(found)]


@require_safe
@patient_page(LinkPurpose.RECOVERY_CHECK, clinical=True)
def done(request: HttpRequest) -> HttpResponse:
    """Thanks, and what happens next: by grade, with the call button where somebody will act."""
    found = linked(request)
    if found is None:
        return ended(request)
    context = done_context(found, found.session.plan.location, "treatments_p:check-photo")
    return render(request, "treatments/patient/check_done.html", context)


@require_POST
@patient_page(LinkPurpose.RECOVERY_CHECK, clinical=True)
def photo(request: HttpRequest) -> HttpResponse:
    """Takes in a photo of what the check found."""
    found = linked(request)
    if found is None:
        return ended(request)
    keep_photo(request, found.session)
    return redirect("treatments_p:check-done")


def keep_photo(request: HttpRequest, session: TreatmentSession) -> None:
    """Keeps the photo that was sent beside the open reaction of a session, and says so, or why not."""
    upload, reaction = request.FILES.get("photo"), reaction_to_show(session)
    if upload is None or reaction is None:
        messages.error(request, _("Choose a photo."))
        return
    try:
        data = upload.read(MOST_BYTES + 1)
        add_reaction_photo(reaction, data=data, by=None, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Thank you: we have your photo."))


def reaction_to_show(session: TreatmentSession) -> AdverseReaction | None:
    """The open reaction that a photo is wanted of (catalogue 6.4); None without the consent to clinical photographs."""
    reaction = session.plan.reactions.open().filter(session=session).order_by("pk").last()
    return reaction if reaction and CLINICAL_PHOTOS in allowed_photos(session.plan) else None


def done_context(found: RecoveryCheck, location: Location, photo_to: str) -> dict[str, Any]:
    """What the last page says: each advice once, the worst first; `photo_to` is the page that takes a photo in."""
    texts = [finding.get("patient_text") for finding in found.findings if finding.get("patient_text")]
    return {
        "check": found,
        "location": location,
        "texts": list(dict.fromkeys(texts)),
        "is_emergency": found.urgency == Urgency.EMERGENCY,
        "photo_to": photo_to if found.grade == Grade.RED and reaction_to_show(found.session) else "",
    }

"""The texts: a list of all, and an editor with preview, cost and findings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import current_location, require
from clinic.errors import DomainError
from clinic.messaging.actions.texts import restore_shipped, save_text
from clinic.messaging.composing import masked
from clinic.messaging.filling import MissingVariable, fill
from clinic.messaging.linting import cost_of, lint
from clinic.messaging.localising import in_words
from clinic.messaging.models import TextVersion
from clinic.messaging.previewing import LINK, Preview
from clinic.messaging.segments import economical
from clinic.messaging.variables import allowed
from clinic.messaging.wordings import Wordings, shipped
from clinic.messaging.words import Channel, MessageKind
from clinic.models import Location
from clinic.roles import Permission


class TextForm(forms.Form):
    """Subject (e-mail only) and body."""

    subject = forms.CharField(label=gettext_lazy("subject"), max_length=200, required=False)
    body = forms.CharField(
        label=gettext_lazy("text"), widget=forms.Textarea(attrs={"rows": 12}), required=False
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel == Channel.SMS:
            del self.fields["subject"]


@require_safe
@require(Permission.MANAGE_LOCATION)
def texts(request: HttpRequest) -> HttpResponse:
    """All texts in one language, with whose wording is in use."""
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        location = current_location(request)
        language = location.language if location else settings.LANGUAGE_CODE
    wordings = Wordings()
    kinds = [
        (kind, [(channel, wordings.exact(kind, channel, language)) for channel in Channel])
        for kind in MessageKind
    ]
    context = {"language": language, "languages": settings.LANGUAGES, "kinds": kinds}
    return render(request, "messaging/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_LOCATION)
def text(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """One text: POST adds a version, or shows again what was typed with every reason."""
    _known(kind, channel, language)
    now_used = Wordings().exact(kind, channel, language) or shipped(kind, channel, "en")
    initial = {"subject": now_used.subject, "body": now_used.body} if now_used else {}
    form = TextForm(request.POST or None, initial=initial, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            save_text(
                kind=kind,
                channel=channel,
                language=language,
                subject=form.cleaned_data.get("subject", ""),
                body=form.cleaned_data["body"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error("body", refusal.sentence)
        else:
            messages.success(request, _("The new text is in use, also for messages that are planned."))
            return redirect("messaging:text", kind=kind, channel=channel, language=language)
    context = _editor(request, form, kind, channel, language)
    return render(request, "messaging/text.html", context, status=422 if form.errors else 200)


@require_POST
@require(Permission.MANAGE_LOCATION)
def text_preview(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """How the typed text would look, what it costs and what is wrong with it; saves nothing."""
    _known(kind, channel, language)
    form = TextForm(request.POST, channel=channel)
    return render(request, "messaging/panel_preview.html", _shown(request, form, kind, channel, language))


@require_POST
@require(Permission.MANAGE_LOCATION)
def text_shipped(request: HttpRequest, kind: str, channel: str, language: str) -> HttpResponse:
    """Back to the shipped text."""
    _known(kind, channel, language)
    try:
        restore_shipped(kind=kind, channel=channel, language=language, by=request.user, now=timezone.now())
        messages.success(request, _("The shipped text is in use again."))
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    return redirect("messaging:text", kind=kind, channel=channel, language=language)


def _known(kind: str, channel: str, language: str) -> None:
    if (
        kind not in set(MessageKind)
        or channel not in set(Channel)
        or language not in dict(settings.LANGUAGES)
    ):
        raise Http404


def _editor(request: HttpRequest, form: TextForm, kind: str, channel: str, language: str) -> dict[str, Any]:
    used = Wordings().exact(kind, channel, language)
    return {
        "form": form,
        "kind": MessageKind(kind),
        "channel": Channel(channel),
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "version": used.version if used else "",
        "versions": TextVersion.objects.filter(kind=kind, channel=channel, language=language).select_related(
            "created_by"
        ),
        "variables": sorted(allowed(kind, channel)),
        **_shown(request, form, kind, channel, language),
    }


def _shown(request: HttpRequest, form: TextForm, kind: str, channel: str, language: str) -> dict[str, Any]:
    subject, body = (
        str(form["subject"].value() or "") if channel == Channel.EMAIL else "",
        str(form["body"].value() or ""),
    )
    return {
        "preview": _preview(current_location(request), kind, channel, language, subject, body),
        "findings": lint(kind, channel, subject=subject, body=body),
        "cost": cost_of(body) if channel == Channel.SMS else None,
    }


def _preview(
    location: Location | None, kind: str, channel: str, language: str, subject: str, body: str
) -> Preview:
    zone = location.tz if location else ZoneInfo("UTC")
    permitted = allowed(kind, channel)
    values = {
        k: v for k, v in in_words(_sample(location), language=language, zone=zone).items() if k in permitted
    }
    try:
        filled = fill(body, values)
        heading = fill(subject, values)
    except MissingVariable as problem:
        return Preview(channel, problem=str(problem), asked_language=language)
    if channel == Channel.SMS:
        filled = economical(" ".join(filled.split()))
    return Preview(channel, subject=heading, text=masked(filled), language=language, asked_language=language)


def _sample(location: Location | None) -> dict[str, Any]:
    """Invented facts for the editor's preview."""
    return {
        "clinic": location.message_name if location else "Riverside",
        "phone": str(location.phone.as_international) if location and location.phone else "+49 30 12345678",
        "place": location.address if location else "",
        "given_name": "Leyla",
        "emergency_number": location.emergency_number if location else "112",
        "link": f"{settings.PUBLIC_URL}{LINK}",
        "practitioner": "Dr. Weiss",
        "what": _("Second of four visits."),
        "text": _("Here stands the advice from the catalogue."),
        "starts_at": datetime(2027, 3, 2, 9, 0, tzinfo=UTC),
        "old_starts_at": datetime(2027, 3, 1, 13, 30, tzinfo=UTC),
        "until_at": datetime(2027, 3, 1, 17, 0, tzinfo=UTC),
        "from_on": date(2027, 3, 20),
        "until_on": date(2027, 3, 30),
    }

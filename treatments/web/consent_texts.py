"""The wordings of consent items: each change is a new version, and whoever signed an older one is asked again."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import require
from clinic.roles import Permission
from treatments.actions.consents import LANGUAGE, as_worded, write_text
from treatments.models import ConsentText
from treatments.queries.catalogue import shared
from treatments.queries.consents import booked_with_older_text
from treatments.web.saying import carry_out


@require(Permission.MANAGE_CATALOGUE)
def texts(request: HttpRequest) -> HttpResponse:
    """GET lists the newest wording of every item in a language (`?language=`); POST writes a new version of one."""
    languages = dict(settings.LANGUAGES)
    language = request.POST.get("language") or request.GET.get("language", LANGUAGE)
    language = language if language in languages else LANGUAGE
    if request.method == "POST":
        return carry_out(
            request,
            lambda: write_text(
                code=request.POST.get("code", ""),
                language=language,
                text=request.POST.get("text", "").strip(),
                now=timezone.now(),
            ),
            _("The new wording is asked for from now on."),
            to="treatments:consent-texts",
        )
    newest = {row.code: row for row in ConsentText.objects.filter(language=language).order_by("version")}
    older = booked_with_older_text(request.user)
    now = timezone.now()
    context = {
        "rows": [
            (item, newest.get(item.code) or as_worded(item, now=now), older.get(item.code, 0))
            for item in shared().consents
        ],
        "language": language,
        "languages": languages.items(),
    }
    return render(request, "treatments/consent_texts.html", context)

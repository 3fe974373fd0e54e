"""No more e-mails of one kind: GET asks, POST does; a mail program may POST without opening the page (RFC 8058)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic import links
from clinic.messaging import unsubscribing
from clinic.messaging.actions.choices import choose
from clinic.messaging.words import Purpose
from clinic.models import Patient
from clinic.web.context import of_the_clinic


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, told: str) -> HttpResponse:
    """The signed address is the proof; a POST without our form is a mail program's one click."""
    read = unsubscribing.read(told)
    if read is None:
        return links.ended(request)
    patient_id, channel, purpose = read
    patient = get_object_or_404(Patient.objects.prefetch_related("registrations__location"), pk=patient_id)
    if request.method == "POST":
        source = (
            "one click in the mail program" if "List-Unsubscribe" in request.POST else "link in the e-mail"
        )
        choose(patient, channel=channel, purpose=purpose, is_wanted=False, source=source, now=timezone.now())
    home = next((row.location for row in patient.registrations.all() if row.is_home), None)
    context = {
        **(of_the_clinic(home) if home else {}),
        "purpose": Purpose(purpose).label,
        "is_done": request.method == "POST",
    }
    with translation.override(patient.language):
        return render(request, "messaging/unsubscribe.html", context)

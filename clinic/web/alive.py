"""Asked before a form is sent: is the server there, and is this still the login that opened the page?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe


@require_safe
@login_required
def alive(request: HttpRequest) -> HttpResponse:
    """The token that a form needs now: after a new login it is another one than when the page was opened."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})

"""Our middleware: who and which request in the history, the second factor, session limits, private responses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pghistory
import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from clinic.access import current_location

Handler = Callable[[HttpRequest], HttpResponse]
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_LAST_SEEN, _SIGNED_IN = "last_seen", "signed_in"
#: Where a signed-in person without a second factor may still go.
_OPEN_PREFIXES = ("/account/", "/static/", "/health/", "/p/")


class HistoryContextMiddleware:
    """Every change made in a request carries its user, request id and path in the history (P9)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Opens the history context for requests that may change something."""
        if request.method in _SAFE:
            return self.get_response(request)
        user = getattr(request, "user", None)
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        path = "/p/[link]" if request.path.startswith("/p/") else request.path
        with pghistory.context(user=getattr(user, "pk", None), request_id=request_id, path=path):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Staff without a second factor are led to set one up; only the demo may relax it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Redirects to the set-up page when one is needed."""
        if settings.SECOND_FACTOR_REQUIRED and self._lacks_one(request):
            return redirect(reverse("mfa_index"))
        return self.get_response(request)

    def _lacks_one(self, request: HttpRequest) -> bool:
        from allauth.mfa.utils import is_mfa_enabled

        user = request.user
        if not user.is_authenticated or request.path.startswith(_OPEN_PREFIXES):
            return False
        return not is_mfa_enabled(user)


class SessionLimitsMiddleware:
    """Signs out after silence, and after a working day in any case."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ends a session that is too old; otherwise notes the minute of the last request."""
        if request.user.is_authenticated and "HTTP_AUTHORIZATION" not in request.META:
            now = timezone.now()
            if self._is_over(request, now):
                logout(request)
                return self._sign_in_again(request)
            self._note(request.session, now)
        return self.get_response(request)

    def _is_over(self, request: HttpRequest, now: datetime) -> bool:
        seen, since = request.session.get(_LAST_SEEN), request.session.get(_SIGNED_IN)
        idle = seen is not None and now.timestamp() - seen > self._silence(request).total_seconds()
        old = since is not None and now.timestamp() - since > settings.SESSION_ABSOLUTE.total_seconds()
        return bool(idle or old)

    def _silence(self, request: HttpRequest) -> timedelta:
        """How long somebody may be silent: what their location has chosen, else the setting."""
        location = current_location(request)
        minutes = location.settings.idle_minutes if location and hasattr(location, "settings") else None
        return timedelta(minutes=minutes) if minutes else settings.SESSION_IDLE

    def _note(self, session: Any, now: datetime) -> None:
        stamp = int(now.timestamp())
        session.setdefault(_SIGNED_IN, stamp)
        # Once a minute is enough: a write for every request would be a write for every poll of the board.
        if stamp - session.get(_LAST_SEEN, 0) >= 60:
            session[_LAST_SEEN] = stamp

    def _sign_in_again(self, request: HttpRequest) -> HttpResponse:
        login = f"{reverse(settings.LOGIN_URL)}?next={request.path if request.method == 'GET' else '/'}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Trigger": "signed-out", "X-Login": login})
        return redirect(login)


class LocationZoneMiddleware:
    """Staff see times in the zone of the location where they work right now."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activates the zone for this request only."""
        location = current_location(request) if self._is_page(request) else None
        if location is None:
            return self.get_response(request)
        with timezone.override(location.tz):
            return self.get_response(request)

    def _is_page(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and not request.path.startswith(
            ("/p/", "/api/", "/static/", "/health/")
        )


class PrivateResponsesMiddleware:
    """Signed-in pages and patient pages are never stored by browser or proxy; no other site learns their address."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Adds the headers after the view."""
        response = self.get_response(request)
        patient_page = request.path.startswith("/p/")
        if patient_page or (getattr(request, "user", None) is not None and request.user.is_authenticated):
            response.setdefault("Cache-Control", "no-store")
        if patient_page:
            # Not "no-referrer": browsers then send "Origin: null" with every form, and the CSRF check refuses it.
            response["Referrer-Policy"] = "same-origin"
        return response

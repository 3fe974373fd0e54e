"""Which language a page speaks: a patient's own on the phone, one that is complete for staff."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

PATIENT_PAGES = "/p/"


class LanguageMiddleware:
    """Before a link is known a patient page speaks the browser's language; behind it the patient's (links.py).

    Staff pages speak a language of STAFF_LANGUAGES, the first one unless the browser asks for another of them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Chooses the language for this request and names it in the answer."""
        wished = translation.get_language_from_request(request)
        allowed = (
            dict(settings.LANGUAGES) if request.path.startswith(PATIENT_PAGES) else settings.STAFF_LANGUAGES
        )
        language = wished if wished in allowed else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response

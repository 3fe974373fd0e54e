"""What a person sees when something is refused or broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.errors import DomainError


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old: says so, and keeps what was typed in the browser's own history."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal as a page, with its sentence and every reason."""
    return render(request, "refused.html", {"error": error}, status=error.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in our look."""
    return render(request, "400.html", status=400)

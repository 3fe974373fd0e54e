"""One error shape: RFC 9457 problem details with a `code`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from clinic.errors import DomainError, Problem

CONTENT_TYPE = "application/problem+json"


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as problem details; an unexpected exception stays a 500 and is logged."""
    if isinstance(exc, DomainError):
        return problem_response(exc.status, exc.code, exc.sentence, problems=[shown(p) for p in exc.problems])
    response = drf_handler(exc, context)
    if response is None:
        return None
    return problem_response(
        response.status_code, _code(exc), _sentence(exc), headers=_headers(response), **_fields(exc)
    )


def problem_response(
    status_code: int, code: str, sentence: str, *, headers: dict[str, str] | None = None, **extra: Any
) -> Response:
    """A response of the one shape."""
    body = {"type": f"about:blank#{code}", "title": sentence, "status": status_code, "code": code, **extra}
    return Response(body, status=status_code, headers=headers, content_type=CONTENT_TYPE)


def shown(problem: Problem) -> dict[str, Any]:
    """A problem value as JSON: what kind, which code, which sentence, from when it no longer holds."""
    return {
        "kind": type(problem).__name__,
        "code": problem.code,
        "sentence": str(problem.sentence),
        "possible_from": problem.possible_from.isoformat() if problem.possible_from else None,
    }


def _code(exc: Exception) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return "invalid"
    if isinstance(exc, Http404):
        return "not_found"
    if isinstance(exc, PermissionDenied):
        return "permission_denied"
    return str(getattr(exc, "default_code", "error"))


def _sentence(exc: Exception) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return "Some fields are missing or not as they should be."
    if isinstance(exc, Http404):
        return "There is no such thing here, or you may not see it."
    return str(getattr(exc, "detail", exc) or status.HTTP_403_FORBIDDEN)


def _fields(exc: Exception) -> dict[str, Any]:
    return {"fields": exc.detail} if isinstance(exc, exceptions.ValidationError) else {}


def _headers(response: Response) -> dict[str, str]:
    return {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response}

"""Carrying out an action for a page: what is said after it, and what is said when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.errors import DomainError


def carry_out(
    request: HttpRequest, act: Callable[[], Any], done: str, *, to: str, **where: Any
) -> HttpResponse:
    """Runs the action, says the sentence or every reason for the refusal, and goes to the named page."""
    try:
        act()
    except DomainError as refusal:
        say_refusal(request, refusal)
    else:
        messages.success(request, done)
    answer: HttpResponse = redirect(to, **where)
    return answer


def back_to(request: HttpRequest) -> str:
    """The page of the session that a form came from: its record, else the visit."""
    return "treatments:record" if request.GET.get("next") == "record" else "treatments:visit"


def say_refusal(request: HttpRequest, refusal: DomainError) -> None:
    """Every reason once, the first one first."""
    sentences = [str(refusal.sentence), *(str(problem.sentence) for problem in refusal.problems)]
    for sentence in dict.fromkeys(sentences):
        messages.error(request, sentence)

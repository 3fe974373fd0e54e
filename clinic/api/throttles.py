"""How many requests a token may send in a minute, and how many wrong tokens an address may show."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clinic.counting import wait_after, wait_after_many
from clinic.models import ApiToken


class TokenThrottle(BaseThrottle):
    """Counts what comes with a token; staff in a browser are not counted."""

    _wait = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """False when the token has sent too much in this minute: 429 with `Retry-After`."""
        if isinstance(request.auth, ApiToken):
            self._wait = wait_after_many(f"token:{request.auth.pk}", limit=settings.API_REQUESTS_A_MINUTE)
        return not self._wait

    def wait(self) -> float:
        """Seconds until the next minute."""
        return self._wait


def count_wrong_token(request: Request) -> None:
    """Raises `Throttled` (429) when an address has shown too many tokens that nobody knows."""
    address = get_adapter().get_client_ip(request._request)  # noqa: SLF001 - the request that DRF wraps
    if wait := wait_after(f"wrong-token:{address}", limit=settings.API_WRONG_TOKENS_A_MINUTE):
        raise Throttled(wait)

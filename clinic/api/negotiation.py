"""The API answers in JSON, whatever a client says it would rather have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class OneRenderer(DefaultContentNegotiation):
    """The view's first renderer for everybody: HTTP lets a server disregard `Accept`, and there is one to choose from.

    What a client sends is still checked: a body that is not JSON is 415.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The first renderer and its media type."""
        first = next(iter(renderers))
        return first, first.media_type

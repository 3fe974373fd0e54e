"""`ETag` and `If-Match`: a version travels with every change, so that nobody overwrites what they never saw."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from clinic.errors import DomainError, Stale

_TAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class PreconditionMissing(DomainError):
    """A change without `If-Match`: say which version you saw."""

    status = 428


def etag_of(version: int) -> str:
    """The tag of a version."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version that the client saw; None for `*`. 428 without the header, 412 for a tag that was never ours."""
    told = request.headers.get("If-Match")
    if told is None:
        raise PreconditionMissing(
            "if_match_missing", _("Send If-Match with the ETag of the version that you saw.")
        )
    if told.strip() == "*":
        return None
    found = _TAG.match(told.strip())
    if found is None:
        raise Stale("stale_version", _("This ETag is none of ours: read the thing again."))
    return int(found.group(1))


def is_unchanged(request: Request, version: int) -> bool:
    """Whether the client has this version already (`If-None-Match`)."""
    tags = [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag_of(version) in tags

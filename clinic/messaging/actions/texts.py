"""The clinic's own wording: a new version stands in front of the shipped one at once, also for what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.errors import DomainError
from clinic.messaging.linting import lint
from clinic.messaging.models import TextVersion


@transaction.atomic
def save_text(
    *, kind: str, channel: str, language: str, subject: str, body: str, by: Any, now: datetime
) -> TextVersion:
    """Adds a version. Refused with every reason when the text breaks a rule of its channel."""
    errors = [
        finding.sentence for finding in lint(kind, channel, subject=subject, body=body) if finding.is_error
    ]
    if errors:
        raise DomainError("text_breaks_rules", " ".join(errors))
    return _add(kind, channel, language, subject=subject, body=body, by=by, now=now)


@transaction.atomic
def restore_shipped(*, kind: str, channel: str, language: str, by: Any, now: datetime) -> TextVersion:
    """Back to the text that comes with the program; the clinic's versions stay in the history."""
    if not _versions(kind, channel, language).exists():
        raise DomainError("already_shipped", _("The shipped text is in use already."))
    return _add(kind, channel, language, subject="", body="", by=by, now=now)


def _add(
    kind: str, channel: str, language: str, *, subject: str, body: str, by: Any, now: datetime
) -> TextVersion:
    last = _versions(kind, channel, language).order_by("-version").select_for_update().first()
    return TextVersion.objects.create(
        kind=kind,
        channel=channel,
        language=language,
        version=last.version + 1 if last else 1,
        subject=subject.strip(),
        body=body.strip(),
        created_at=now,
        created_by=by,
    )


def _versions(kind: str, channel: str, language: str) -> Any:
    return TextVersion.objects.filter(kind=kind, channel=channel, language=language)

"""Aftercare handed out: which text, in which language, when (legal proof, catalogue 10.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from treatments.aftercare import as_given
from treatments.definitions import checksum
from treatments.models import AftercareGiven, TreatmentSession
from treatments.queries.catalogue import definition_of

#: The language of the catalogue's own texts.
LANGUAGE = "en"


def give_aftercare(session: TreatmentSession, *, by: Any, now: datetime) -> AftercareGiven:
    """Keeps the aftercare text of a session as it was given; once, inside the caller's transaction."""
    definition = definition_of(session)
    text = as_given(definition)
    given, _is_new = AftercareGiven.objects.get_or_create(
        session=session,
        defaults={
            "care_group": str(definition.care_group),
            "language": LANGUAGE,
            "checksum": checksum(text),
            "text": text,
            "given_at": now,
            "given_by": by,
        },
    )
    return given

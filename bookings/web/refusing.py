"""What a page says when an action was refused."""

from __future__ import annotations

from clinic.errors import DomainError


def sentences_of(refusal: DomainError) -> list[str]:
    """Every reason once, the first one first."""
    found = [str(refusal.sentence), *(str(problem.sentence) for problem in refusal.problems)]
    return list(dict.fromkeys(found))

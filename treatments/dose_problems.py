"""Sentences about mixtures, doses and techniques in a session record (catalogue 2.6, 2.8)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from treatments.dosing import Breach
from treatments.record_form import ZoneEntry
from treatments.record_problems import begun, place_of


def over_limit(breach: Breach) -> Problem:
    """A hard dose limit (catalogue 2.6); only where a fact is missing a clinician may sign."""
    if breach.is_unknown:
        return NeedsApproval(
            code=f"limit_unknown:{breach.limit}",
            sentence=_("%(limit)s cannot be checked: the body weight is missing (%(text)s).")
            % {"limit": breach.limit, "text": breach.text},
        )
    return Blocker(
        code=f"limit:{breach.limit}:{breach.measure}",
        sentence=_("Beyond %(limit)s (%(text)s): %(value)s instead of %(cap)s.")
        % {
            "limit": breach.limit,
            "text": breach.text,
            "value": _plain(breach.value),
            "cap": _plain(breach.cap),
        },
        facts={"limit": breach.limit, "measure": breach.measure, "field": "products"},
    )


def odd_strength(limit: str, text: str, strength: Decimal) -> Problem:
    """A strength outside the presets (catalogue 2.6)."""
    return NeedsApproval(
        code=f"strength:{limit}",
        sentence=_("%(strength)s mg/mL is not one of the strengths of %(limit)s (%(text)s).")
        % {"strength": _plain(strength), "limit": limit, "text": text},
        facts={"field": "products"},
    )


def more_than_drawn(injected: Decimal, drawn: Decimal) -> Problem:
    """The zones add up to more than was drawn."""
    return Blocker(
        code="more_than_drawn",
        sentence=_("%(injected)s mL were injected but only %(drawn)s mL drawn.")
        % {"injected": _plain(injected), "drawn": _plain(drawn)},
        facts={"field": "products"},
    )


def component_blocked(code: str, question: str) -> Problem:
    """A screening answer stands against a component (catalogue 2.8)."""
    return Blocker(
        code=f"component_blocked:{code}",
        sentence=_("%(component)s must not be used: the answer to “%(question)s” stands against it.")
        % {"component": code, "question": question},
        facts={"field": "products"},
    )


def component_unscreened(code: str) -> Problem:
    """A component that the health check did not ask about (catalogue 3.1)."""
    return NeedsApproval(
        code=f"component_unscreened:{code}",
        sentence=_("%(component)s was not planned: its questions and its patch test are missing.")
        % {"component": code},
        facts={"field": "products"},
    )


def technique_unusual(entry: ZoneEntry, label: str, what: str) -> Problem:
    """Outside what the technique usually takes (catalogue 2.6)."""
    return Remark(
        code=f"technique:{entry.name}",
        sentence=_("%(zone)s: %(what)s is unusual for this technique.")
        % {"zone": begun(label), "what": what},
        facts=place_of(entry, "technique"),
    )


def technique_unknown(entry: ZoneEntry, label: str) -> Problem:
    """The protocol does not offer this technique."""
    return NeedsApproval(
        code=f"technique_unknown:{entry.name}",
        sentence=_("%(zone)s: this technique is not foreseen for the protocol.") % {"zone": begun(label)},
        facts=place_of(entry, "technique"),
    )


def _plain(number: Decimal | None) -> str:
    return "?" if number is None else f"{number.normalize():f}"

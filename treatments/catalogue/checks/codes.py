"""Codes that name something must name something that exists."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

from treatments.catalogue.checks.places import entries, protocol_places
from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue
from treatments.catalogue.scope import HAIR_COLUMN
from treatments.definitions import SKIN_TYPES, Family

Getter = Callable[[Any], Iterable[str | None]]

OUTCOME_WORDS = {"ALL", "PRIMARY", "PHOTOS"}


def _one(name: str) -> Getter:
    return lambda item: (getattr(item, name),)


def _many(name: str) -> Getter:
    return lambda item: getattr(item, name)


def _inner(outer: str, name: str) -> Getter:
    return lambda item: (code for part in getattr(item, outer) for code in _as_codes(getattr(part, name)))


def _as_codes(value: Any) -> Iterable[str | None]:
    return value if isinstance(value, tuple) else (value,)


REFERENCES: tuple[tuple[str, str, Getter, str], ...] = (
    ("touching_zones", "zones", _many("zones"), "zones"),
    ("rf_hints", "zones", _many("zones"), "zones"),
    ("depth_exceptions", "protocol", _one("protocol"), "protocols"),
    ("endpoints", "expected", _many("expected"), "endpoint words"),
    ("endpoints", "stop_endpoints", _many("stop_endpoints"), "endpoint words"),
    ("screening", "components", _many("components"), "mixture_classes"),
    ("screening", "wash_outs", _many("wash_outs"), "wash_outs"),
    ("screening", "choices/wash_out", _inner("choices", "wash_out"), "wash_outs"),
    ("screening", "numbing_agents", _many("numbing_agents"), "numbing_agents"),
    ("screening", "only_zones", _many("only_zones"), "zones"),
    ("screening", "exceptions/components", _inner("exceptions", "components"), "mixture_classes"),
    ("screening", "exceptions/zones", _inner("exceptions", "zones"), "zones"),
    ("skin_types", "consent_items", _many("consent_items"), "consents"),
    ("skin_types", "patch_tests", _many("patch_tests"), "patch_tests"),
    ("patch_tests", "components", _many("components"), "mixture_classes"),
    ("patch_tests", "skin_types", _many("skin_types"), "skin types"),
    ("numbing_agents", "blocked_by", _many("blocked_by"), "screening"),
    ("numbing_agents", "signoff_by", _many("signoff_by"), "screening"),
    ("mixture_classes", "screening_items", _many("screening_items"), "screening"),
    ("mixtures", "components", _inner("components", "mixture_class"), "mixture_classes"),
    ("mixtures", "alone", _inner("alone", "mixture_class"), "mixture_classes"),
    ("mixtures", "protocols", _many("protocols"), "protocols"),
    ("techniques", "protocols", _many("protocols"), "protocols"),
    ("dose_limits", "protocols", _many("protocols"), "protocols"),
    ("dose_limits", "components", _many("components"), "mixture_classes"),
    ("dose_limits", "caps/component", _inner("caps", "component"), "mixture_classes"),
    ("questions", "flags", _many("flags"), "red flags or screening"),
    ("questions", "follows", _one("follows"), "questions"),
    ("questions", "symptom", _one("symptom"), "symptom words"),
    ("questions", "screening_item", _one("screening_item"), "screening"),
    ("envelopes", "symptom", _one("code"), "symptoms"),
    ("red_flags", "triggers/question", _inner("triggers", "question"), "questions"),
    ("red_flags", "triggers/with_yes", _inner("triggers", "with_yes"), "questions"),
    ("red_flags", "numbing_agents", _many("numbing_agents"), "numbing_agents"),
    ("red_flags", "zones", _many("zones"), "zones"),
    ("red_flags", "urgency_exceptions/skin_types", _inner("urgency_exceptions", "skin_types"), "skin types"),
    ("red_flags", "screening_item", _one("screening_item"), "screening"),
    ("checks", "questions", _many("questions"), "questions"),
    ("checks", "mandatory_skin_types", _many("mandatory_skin_types"), "skin types"),
    ("extra_questions", "questions", _many("questions"), "questions"),
    ("extra_questions", "checks", _many("checks"), "checks"),
    ("scale_uses", "protocols", _many("protocols"), "protocols"),
    ("scale_uses", "primary", _inner("primary", "any_of"), "scales"),
    ("scale_uses", "secondary", _inner("secondary", "any_of"), "scales"),
    ("outcome_moments", "what", _many("what"), "scales or words"),
    ("outcome_moments", "protocols", _many("protocols"), "protocols"),
    ("responders", "scale", _one("scale"), "scales"),
    ("pretreatment", "screening_items", _many("screening_items"), "screening"),
    ("pretreatment", "patch_tests", _many("patch_tests"), "patch_tests"),
    ("pretreatment", "skin_types", _many("skin_types"), "skin types"),
    ("consents", "combinations", _many("combinations"), "combinations"),
    ("consents", "skin_types", _many("skin_types"), "skin types"),
    ("combinations", "entries/protocol", _inner("entries", "protocol"), "protocols"),
    ("combinations", "entries/family", _inner("entries", "family"), "families"),
    ("combinations", "components", _many("components"), "mixture_classes"),
    ("concerns", "first_choice", _one("first_choice"), "protocols"),
    ("concerns", "alternatives", _many("alternatives"), "protocols"),
    ("concerns", "alternates_with", _many("alternates_with"), "protocols"),
    ("concerns", "combinations", _many("combinations"), "combinations"),
    ("qualifications", "protocols", _many("protocols"), "protocols"),
    ("equipment", "required_for", _many("required_for"), "columns"),
    ("equipment", "optional_for", _many("optional_for"), "columns"),
    ("zones", "label_skin_types", _many("label_skin_types"), "skin types"),
)
"""Kind, field, how to get its codes, and what they must be."""


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Codes that name nothing, answers that are no choice, protocols whose parts are missing."""
    known = _known(catalogue)
    for kind, field, codes_of, target in REFERENCES:
        for place in entries(catalogue, kind):
            for code in codes_of(place.value):
                if code is not None and code not in known[target]:
                    yield place.finding(f"{code!r} is not among the {target.replace('_', ' ')}", key=field)
    yield from _answers(catalogue)
    yield from _trigger_answers(catalogue)
    yield from _own_codes(catalogue, known)


def _known(catalogue: Catalogue) -> dict[str, set[str]]:
    shared = catalogue.shared
    known = {field.name: {str(item.code) for item in getattr(shared, field.name)} for field in fields(shared)}
    endpoints = (item.allowed for item in shared.record_fields if item.code == "endpoint")
    return {
        **known,
        "protocols": {protocol.code for protocol in catalogue.protocols},
        "skin types": set(SKIN_TYPES),
        "families": {str(family) for family in Family},
        "columns": {*(str(family) for family in Family), HAIR_COLUMN},
        "endpoint words": set[str]().union(*endpoints),
        "symptom words": {item.symptom for item in shared.symptoms},
        "red flags or screening": known["red_flags"] | known["screening"],
        "scales or words": known["scales"] | OUTCOME_WORDS,
    }


def _answers(catalogue: Catalogue) -> Iterator[Finding]:
    for place in entries(catalogue, "screening"):
        choices = {choice.code for choice in place.value.choices} or {"yes", "no"}
        named = [*place.value.clears_on, *(one.answer for one in place.value.exceptions if one.answer)]
        for answer in named:
            if answer not in choices:
                yield place.finding(f"{answer!r} is no answer of this item", key="choices")


def _trigger_answers(catalogue: Catalogue) -> Iterator[Finding]:
    choices = {item.code: item.choices or ("yes", "no") for item in catalogue.shared.questions}
    for place in entries(catalogue, "red_flags"):
        for trigger in place.value.triggers:
            if trigger.answer and trigger.answer not in choices.get(trigger.question, (trigger.answer,)):
                yield place.finding(f"{trigger.answer!r} is no answer of {trigger.question}", key="triggers")


def _own_codes(catalogue: Catalogue, known: dict[str, set[str]]) -> Iterator[Finding]:
    kinds = {item.code for item in catalogue.shared.equipment}
    for place in protocol_places(catalogue):
        if place.value.device_kind is not None and place.value.device_kind not in kinds:
            yield place.finding(f"{place.value.device_kind!r} is not among the equipment", key="device_kind")
        for zone in place.value.placement.zones:
            if zone not in known["zones"]:
                yield place.finding(f"{zone!r} is not among the zones", key="placement/zones")

"""The names of treatments, concerns and zones: words that no text message and no subject line may contain."""

from __future__ import annotations

import re
from functools import cache

from clinic.messaging.wordings import all_shipped
from treatments.catalogue.reader import read_catalogue
from treatments.models import Protocol
from treatments.queries.catalogue import shared

#: Words of those names that say nothing about anybody, in any of the languages we write.
_ORDINARY = """
and back below between bridge depot double extension fine fold for front general inner line lines loss lower
marks mature micro mid mixes only other outer outside pockets post rim roll rough side the tip tired tone under
upper wings with
"""
ORDINARY = frozenset(_ORDINARY.split())
_WORD = re.compile(r"[^\W\d_]{3,}")


def telling_words() -> frozenset[str]:
    """The telling words of the shipped catalogue and of the clinic's own protocols, concerns and zones."""
    return _shipped_words() | own_words()


def own_words() -> frozenset[str]:
    """What the clinic itself calls its treatments, concerns and zones, in lower case.

    Labels are whole phrases in any language: a word that our own neutral texts use says nothing.
    """
    own = shared()
    labels = [name for pair in Protocol.objects.values_list("label", "patient_name") for name in pair]
    labels += [one.label for one in own.concerns] + [one.label for one in own.zones]
    return frozenset(_WORD.findall(" ".join(labels).lower())) - ORDINARY - _said_anyway()


@cache
def _said_anyway() -> frozenset[str]:
    texts = " ".join(f"{text.subject} {text.body}" for text in all_shipped()).lower()
    return frozenset(_WORD.findall(texts))


@cache
def _shipped_words() -> frozenset[str]:
    catalogue = read_catalogue()
    labels = [
        *(f"{one.label} {one.patient_name}" for one in catalogue.protocols),
        *(one.label for one in catalogue.shared.concerns),
        *(one.label for one in catalogue.shared.zones),
    ]
    return frozenset(_WORD.findall(" ".join(labels).lower())) - ORDINARY

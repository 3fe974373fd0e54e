"""The names of treatments, concerns and zones: words that no text message and no subject line may contain."""

from __future__ import annotations

import re
from functools import cache

from treatments.catalogue.reader import read_catalogue

#: Words of those names that say nothing about anybody, in any of the languages we write.
_ORDINARY = """
and back below between bridge depot double extension fine fold for front general inner line lines loss lower
marks mature micro mid mixes only other outer outside pockets post rim roll rough side the tip tired tone under
upper wings with
"""
ORDINARY = frozenset(_ORDINARY.split())
_WORD = re.compile(r"[^\W\d_]{3,}")


@cache
def telling_words() -> frozenset[str]:
    """The telling words of the shipped catalogue, in lower case."""
    catalogue = read_catalogue()
    labels = [
        *(one.label for one in catalogue.protocols),
        *(one.label for one in catalogue.shared.concerns),
        *(one.label for one in catalogue.shared.zones),
    ]
    return frozenset(_WORD.findall(" ".join(labels).lower())) - ORDINARY

"""Definitions already decoded in this process: a version never changes, so its checksum is enough to find it."""

from collections.abc import Callable
from typing import Any

from treatments.definitions.protocol import ProtocolDefinition

_MOST = 256
_definitions: dict[str, ProtocolDefinition] = {}


def remembered(checksum: str, document: Callable[[], dict[str, Any]]) -> ProtocolDefinition:
    """The definition with this checksum; `document` is asked for its document only the first time.

    Decoding takes some 25 ms, a dictionary look-up nothing: pages that show many plans depend on it.
    """
    if checksum not in _definitions:
        if len(_definitions) >= _MOST:
            _definitions.clear()
        _definitions[checksum] = ProtocolDefinition.from_document(document())
    return _definitions[checksum]

"""Walks the catalogue file by file, so that every mistake can be named by file and key."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from treatments.catalogue.facts import ProtocolFacts
from treatments.catalogue.findings import Finding
from treatments.catalogue.layout import FILE_OF, PROTOCOLS
from treatments.catalogue.reader import Catalogue
from treatments.definitions import ProtocolDefinition, entry_code, parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One value of the catalogue with the file and the key where it is written."""

    file: str
    key: str
    value: Any

    def finding(self, sentence: str, *, key: str = "") -> Finding:
        """A finding at this place, or at a key below it."""
        return Finding(file=self.file, key="/".join(one for one in (self.key, key) if one), sentence=sentence)


def places(catalogue: Catalogue) -> Iterator[Place]:
    """Every dataclass of every file, outermost first."""
    for field in fields(catalogue.shared):
        for item in getattr(catalogue.shared, field.name):
            yield from _inside(FILE_OF[field.name], entry_code(item), item)
    for protocol in catalogue.protocols:
        for field in fields(ProtocolFacts):
            yield from _inside(protocol_file(protocol), field.name, getattr(protocol, field.name))


def entries(catalogue: Catalogue, kind: str) -> Iterator[Place]:
    """The entries of one kind."""
    for item in getattr(catalogue.shared, kind):
        yield Place(file=FILE_OF[kind], key=entry_code(item), value=item)


def protocol_file(protocol: ProtocolDefinition) -> str:
    """The file of a protocol."""
    return f"{PROTOCOLS}/{protocol.code}.toml"


def protocol_places(catalogue: Catalogue) -> Iterator[Place]:
    """The protocols."""
    for protocol in catalogue.protocols:
        yield Place(file=protocol_file(protocol), key="", value=protocol)


def _inside(file: str, key: str, root: object) -> Iterator[Place]:
    for path, value in parts(root, key):
        yield Place(file=file, key=path, value=value)

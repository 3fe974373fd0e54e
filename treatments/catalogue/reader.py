"""Reads the catalogue from its files into typed, frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from treatments.catalogue.compose import definition_of
from treatments.catalogue.facts import ProtocolFacts
from treatments.catalogue.findings import Finding
from treatments.catalogue.layout import FILES, FOLDER, PROTOCOLS
from treatments.catalogue.tables import Table, parsed, rows, without_claims
from treatments.definitions import (
    DocumentError,
    ProtocolDefinition,
    SharedCatalogue,
    entry_class,
    from_document,
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """Every protocol, complete, and what they share; `findings` are what could not be read.

    What is named in `findings` is missing from the rest: ask `validate` before the catalogue is used.
    """

    protocols: tuple[ProtocolDefinition, ...]
    shared: SharedCatalogue
    findings: tuple[Finding, ...] = ()

    def protocol(self, code: str) -> ProtocolDefinition:
        """The protocol of this code; KeyError when the catalogue has none."""
        for protocol in self.protocols:
            if protocol.code == code:
                return protocol
        raise KeyError(code)


def read_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue in `folder` (the shipped one when none is given).

    Never stops at a mistake: whatever cannot be read is a finding, and the rest is read.
    """
    place = folder or FOLDER
    findings: list[Finding] = []
    kinds = {kind: tuple(_entries(place, file, kind, findings)) for file, kind in FILES.items()}
    shared = SharedCatalogue(**kinds)
    facts = tuple(_protocol_facts(place, findings))
    protocols = tuple(definition_of(one, shared) for one in facts)
    return Catalogue(protocols=protocols, shared=shared, findings=tuple(findings))


def _entries(place: Path, file: str, kind: str, findings: list[Finding]) -> Iterator[Any]:
    table = without_claims(file, parsed(place, file, findings), findings)
    for key, document in rows(kind, file, table, findings):
        entry = _decoded(entry_class(kind), document, file, key, findings)
        if entry is not None:
            yield entry


def _protocol_facts(place: Path, findings: list[Finding]) -> Iterator[ProtocolFacts]:
    for path in sorted((place / PROTOCOLS).glob("*.toml"), key=lambda path: path.name):
        file = f"{PROTOCOLS}/{path.name}"
        table: Table = without_claims(file, parsed(place, file, findings), findings)
        facts = _decoded(ProtocolFacts, table, file, "", findings) if table else None
        if facts is None:
            continue
        if facts.code != path.stem:
            findings.append(Finding(file=file, key="code", sentence=f"{facts.code} is not the file's name"))
        yield facts


def _decoded(cls: type[T], document: Table, file: str, key: str, findings: list[Finding]) -> T | None:
    try:
        return from_document(cls, document)
    except DocumentError as error:
        for problem in error.problems:
            place = "/".join(part for part in (key, problem.path) if part)
            findings.append(Finding(file=file, key=place, sentence=problem.sentence))
        return None

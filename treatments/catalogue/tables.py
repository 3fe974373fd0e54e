"""TOML files to documents: finds, parses, and unfolds the short forms that people read."""

import re
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from treatments.catalogue.findings import Finding
from treatments.catalogue.layout import KEY_FIELDS
from treatments.definitions import GRADES, grade_needs_check, grades_in

Table = dict[str, Any]
_TWICE = re.compile(r"\('(?P<key>[^)]*?)',?\)|\"(?P<name>[^\"]+)\"")


def parsed(folder: Path, file: str, findings: list[Finding]) -> Table:
    """The tables of one file; empty, with a finding, when it is missing or is not TOML."""
    try:
        return tomllib.loads((folder / file).read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        findings.append(Finding(file=file, key="(file)", sentence="is missing"))
    except tomllib.TOMLDecodeError as error:
        findings.append(Finding(file=file, key=_named_key(str(error)), sentence=f"is not readable: {error}"))
    except UnicodeDecodeError as error:
        findings.append(Finding(file=file, key="(file)", sentence=f"is not UTF-8 text: {error}"))
    return {}


def without_claims(file: str, table: Table, findings: list[Finding], key: str = "") -> Table:
    """The table without `needs_check`, which follows from the grade; a claim that contradicts it is a finding."""
    claim = table.get("needs_check")
    if claim is not None and claim != _is_unconfirmed(table.get("grade")):
        sentence = f"says {str(claim).lower()}, but grade {table.get('grade')!r} decides it"
        findings.append(Finding(file=file, key=f"{key}/needs_check".lstrip("/"), sentence=sentence))
    return {
        name: _inner(file, value, findings, f"{key}/{name}".lstrip("/"))
        for name, value in table.items()
        if name != "needs_check"
    }


def rows(kind: str, file: str, table: Table, findings: list[Finding]) -> Iterator[tuple[str, Table]]:
    """The key and the document of every entry of a file."""
    if kind == "envelopes":
        yield from _curves(file, table, findings)
        return
    names = KEY_FIELDS.get(kind, ("code",))
    for keys, row in _leaves(file, table, len(names), findings):
        document = {**dict(zip(names, keys, strict=True)), **row}
        yield ".".join(keys), UNFOLD.get(kind, dict)(document)


def _leaves(
    file: str, table: Table, depth: int, findings: list[Finding], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Table]]:
    for name, value in table.items():
        if not isinstance(value, dict):
            findings.append(
                Finding(file=file, key=".".join((*above, name)), sentence="stands outside a table")
            )
        elif depth == 1:
            yield (*above, name), value
        else:
            yield from _leaves(file, value, depth - 1, findings, (*above, name))


def _curves(file: str, table: Table, findings: list[Finding]) -> Iterator[tuple[str, Table]]:
    whole = {name: table.get(name) for name in ("days", "source", "grade")}
    groups = {name: value for name, value in table.items() if name not in whole}
    for care_group, curves in groups.items():
        if not isinstance(curves, dict):
            findings.append(Finding(file=file, key=care_group, sentence="stands outside a table"))
            continue
        for symptom, scores in curves.items():
            yield (
                f"{care_group}.{symptom}",
                {
                    "care_group": care_group,
                    "symptom": symptom,
                    "scores": scores,
                    **whole,
                },
            )


def _wash_out(row: Table) -> Table:
    least, recommended = row.pop("min_days", None), row.pop("rec_days", None)
    if isinstance(least, dict) and isinstance(recommended, dict):
        families = dict.fromkeys([*least, *recommended])
        row["gaps"] = [
            _present(family=family, min_days=least.get(family), rec_days=recommended.get(family))
            for family in families
        ]
    return row


def _wash_out_after(row: Table) -> Table:
    least = row.pop("min_days", None)
    if isinstance(least, dict):
        row.update({f"{family.lower()}_days": days for family, days in least.items()})
    return row


def _restriction(row: Table) -> Table:
    hours = row.get("hours")
    if isinstance(hours, dict):
        row["hours"] = [{"care_group": group, "hours": value} for group, value in hours.items()]
    return row


UNFOLD: dict[str, Callable[[Table], Table]] = {
    "wash_outs": _wash_out,
    "wash_outs_after": _wash_out_after,
    "restrictions": _restriction,
}
"""Short forms in the files, by kind."""


def _present(**values: object) -> Table:
    return {name: value for name, value in values.items() if value is not None}


def _inner(file: str, value: Any, findings: list[Finding], key: str) -> Any:
    if isinstance(value, dict):
        return without_claims(file, value, findings, key)
    if isinstance(value, list):
        return [_inner(file, item, findings, f"{key}/{index}") for index, item in enumerate(value)]
    return value


def _is_unconfirmed(grade: object) -> bool | None:
    known = isinstance(grade, str) and set(grades_in(grade)) <= set(GRADES)
    return grade_needs_check(str(grade)) if known else None


def _named_key(message: str) -> str:
    found = _TWICE.search(message)
    if not found:
        return "(file)"
    return (found["key"] or found["name"] or "(file)").replace("', '", ".")

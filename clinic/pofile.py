"""Translation files without gettext's own tools, which a bare machine lacks: reads and writes .po, makes .mo. Pure.

Only what our files use: comments, msgid, msgid_plural, msgstr, msgstr[n]; no contexts, no fuzzy entries.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MAGIC, _REVISION, _HEADER_SIZE = 0x950412DE, 0, 28


@dataclass(frozen=True, slots=True)
class Entry:
    """A text and its translation. With `plural` there is one translation for each plural form of the language."""

    msgid: str
    texts: tuple[str, ...] = ("",)
    plural: str = ""
    #: Where it is used, for the translator.
    note: str = ""

    @property
    def is_translated(self) -> bool:
        """Whether every form has its text."""
        return all(self.texts)


def read(text: str) -> dict[str, Entry]:
    """The entries by msgid, the header under the empty one. ValueError names the line that is not understood."""
    found: dict[str, Entry] = {}
    for block in text.split("\n\n"):
        if (entry := _entry(block)) is not None:
            found[entry.msgid] = entry
    return found


def _entry(block: str) -> Entry | None:
    parts: dict[str, str] = {}
    note, name = "", ""
    for line in block.splitlines():
        if line.startswith("#"):
            note = line[2:].strip() if line.startswith("#.") else note
        elif line.startswith('"'):
            parts[name] += _unquoted(line)
        elif line.strip():
            name, _space, quoted = line.partition(" ")
            parts[name] = _unquoted(quoted)
    if "msgid" not in parts:
        return None
    forms = sorted((key for key in parts if key.startswith("msgstr[")), key=lambda key: int(key[7:-1]))
    texts = tuple(parts[key] for key in forms) if forms else (parts.get("msgstr", ""),)
    return Entry(parts["msgid"], texts, parts.get("msgid_plural", ""), note)


def _unquoted(quoted: str) -> str:
    try:
        return str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError) as problem:
        raise ValueError(f"not understood: {quoted}") from problem


def write(entries: Iterable[Entry]) -> str:
    """The file, in the order given."""
    return "\n".join(_written(entry) for entry in entries)


def _written(entry: Entry) -> str:
    lines = [f"#. {entry.note}"] if entry.note else []
    lines.append(f"msgid {_quoted(entry.msgid)}")
    if entry.plural:
        lines.append(f"msgid_plural {_quoted(entry.plural)}")
        lines += [f"msgstr[{place}] {_quoted(text)}" for place, text in enumerate(entry.texts)]
    else:
        lines.append(f"msgstr {_quoted(entry.texts[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    return (
        '""\n' + "\n".join(f'"{line}\\n"' for line in lines[:-1]) + (f'\n"{lines[-1]}"' if lines[-1] else "")
    )


def compiled(entries: Mapping[str, Entry]) -> bytes:
    """The .mo file that gettext reads: sorted texts in UTF-8; what is not translated is left out."""
    pairs = sorted(_pair(entry) for entry in entries.values() if entry.is_translated)
    start = _HEADER_SIZE + 16 * len(pairs)
    ids = b"".join(key + b"\0" for key, _text in pairs)
    texts = b"".join(text + b"\0" for _key, text in pairs)
    tables, place = b"", start
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<II", len(pair[column]), place)
            place += len(pair[column]) + 1
    sizes = (_MAGIC, _REVISION, len(pairs), _HEADER_SIZE, _HEADER_SIZE + 8 * len(pairs), 0, start)
    return struct.pack("<7I", *sizes) + tables + ids + texts


def _pair(entry: Entry) -> tuple[bytes, bytes]:
    key = f"{entry.msgid}\0{entry.plural}" if entry.plural else entry.msgid
    return key.encode(), "\0".join(entry.texts).encode()

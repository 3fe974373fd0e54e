"""What was seen, as a table in docs/reliability.md."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: What was seen so far, a JSON line per fault, provider and `make chaos`; remove the file to count from the beginning.
LINES = Path(os.environ.get("CHAOS_REPORT", ROOT / ".local" / "chaos.jsonl"))
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- seen: begin -->", "<!-- seen: end -->"
#: The provider's shape in words.
SHAPES = {"http": "knows our key", "batches": "knows our key, takes many at once", "twilio": "knows no key"}


@dataclass
class Seen:
    """One fault against one provider: runs, texts accepted, texts accepted twice, seconds per run."""

    fault: str
    shape: str
    expected: str
    runs: int = 0
    accepted: int = 0
    twice: int = 0
    seconds: float = 0.0

    def add(self, accepted: list[dict[str, Any]], seconds: float) -> None:
        """One run more."""
        keys = Counter(line["key"] for line in accepted)
        self.runs += 1
        self.accepted += len(keys)
        self.twice += sum(count - 1 for count in keys.values())
        self.seconds += seconds


def keep(seen: Seen) -> None:
    """Adds a line; the page is written from all lines by `python -m tests.chaos.report`."""
    LINES.parent.mkdir(parents=True, exist_ok=True)
    with LINES.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(seen)) + "\n")


#: What adds up over the lines of a fault.
_COUNTED = ("runs", "accepted", "twice", "seconds")


def table(lines: list[dict[str, Any]]) -> str:
    """Each fault and provider with all its runs, in the order in which they ran first."""
    together: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        known = together.setdefault((line["fault"], line["shape"]), {**line, **dict.fromkeys(_COUNTED, 0)})
        known.update({name: known[name] + line[name] for name in _COUNTED})
    rows = [
        f"| {line['fault']} | {SHAPES[line['shape']]} | {line['expected']} | {line['runs']} | {line['accepted']} "
        f"| {line['twice']} | {line['seconds'] / line['runs']:.1f} |"
        for line in together.values()
    ]
    names = "| fault | provider | expected | runs | texts | twice | s per run |"
    head = f"{names}\n|---|---|---|---:|---:|---:|---:|"
    return "\n".join([head, *rows])


def write() -> None:
    """Puts the table into the page."""
    lines = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table(lines)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()

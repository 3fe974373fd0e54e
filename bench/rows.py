"""One row of the benchmark: what was measured, its limit, and how it is told."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.jsonl"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A measured value. `ratio` is what `limit` bounds: at most, unless `at_least` is set."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    n: int = 1
    data: str = ""
    at_least: bool = False

    @property
    def is_kept(self) -> bool | None:
        """Whether the limit is kept; None when there is none."""
        measured = self.ratio if self.ratio is not None else self.value
        if self.limit is None:
            return None
        return measured >= self.limit if self.at_least else measured <= self.limit


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


#: Executions after which a prepared statement keeps its plan.
SETTLED = 7


def paired(ours: Callable[[], object], limit: Callable[[], object], *, n: int) -> tuple[float, float]:
    """Median seconds of ours, and the median ratio ours ÷ limit of runs in turn: a drifting machine cancels out.

    Both are asked so often before that PostgreSQL has settled their plans, as on a connection that is in use: it plans
    the first five executions of a prepared statement anew.
    """
    for _ in range(SETTLED):
        ours(), limit()
    pairs = [(timed(ours), timed(limit)) for _ in range(n)]
    return statistics.median(a for a, _ in pairs), statistics.median(a / b for a, b in pairs)


def write(rows: list[Row], machine: dict[str, object], *, path: Path = RESULTS) -> None:
    """The machine first, then one JSON line a row."""
    lines = [json.dumps({"machine": machine}), *(json.dumps(asdict(row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(rows: list[Row]) -> str:
    """The rows as people read them."""
    head = f"{'row':<34} {'value':>12} {'unit':<10} {'ratio':>8} {'limit':>8}  kept"
    return "\n".join([head, "-" * len(head), *map(_line, rows)])


def _line(row: Row) -> str:
    sign = "≥" if row.at_least else "≤"
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    limit = f"{sign}{row.limit:g}" if row.limit is not None else ""
    kept = {True: "yes", False: "NO", None: ""}[row.is_kept]
    return f"{row.name:<34} {row.value:>12.3f} {row.unit:<10} {ratio:>8} {limit:>8}  {kept}"

"""`make bench`: every row, or those whose name begins with one of `ROWS=planner,flat`."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import traceback
from collections.abc import Iterable

import django

MODULES = ("bench.engine", "bench.booking", "bench.http", "bench.messages", "bench.pages")
#: What a full run must have measured: a module or a row that got lost is a failure, not a shorter table.
EXPECTED = (
    "availability.1p30d",
    "availability.10p5r3d30d",
    "availability.50p20r10d90d",
    "planner.series6",
    "booking.queries",
    "flat.availability",
    "flat.book",
    "contention.deadlocks",
    "contention.double_bookings",
    "contention.sold_share",
    "contention.max_ms",
    "http.availability.4",
    "http.book.4",
    "flat.dispatch",
    "messages.dispatch",
    "messages.dispatch_batched",
    "page.board",
    "page.search",
)


def main() -> int:
    """Runs, prints the table, writes the rows. Exit code 1 when a limit is not kept."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    os.environ.setdefault("COLLAGENDA_ENV", "test")
    django.setup()
    from bench.rows import RESULTS, table, write
    from clinic.garbage import settle

    wanted = tuple(filter(None, os.environ.get("ROWS", "").split(",")))
    rows, broken = [], []
    for name in MODULES:
        try:
            module = importlib.import_module(name)
            settle()  # as the server and the workers do
            rows += module.run(wanted)
        except Exception:  # the others are still worth measuring; this one fails the run
            broken.append(name)
            traceback.print_exc()
    lost = missing([row.name for row in rows], wanted)
    print(table(rows))
    for name in [*broken, *lost]:
        print(f"NOT MEASURED: {name}", file=sys.stderr)
    is_whole = not (wanted or broken or lost)
    write(rows, _machine(), path=RESULTS if is_whole else RESULTS.with_name("some.jsonl"))
    return int(bool(broken or lost) or any(row.is_kept is False for row in rows))


def missing(measured: Iterable[str], wanted: tuple[str, ...]) -> list[str]:
    """The expected rows that were asked for and are not there."""
    known = set(measured)
    return [name for name in EXPECTED if name not in known and (not wanted or name.startswith(wanted))]


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "scale": os.environ.get("BENCH_SCALE", "1"),
    }


if __name__ == "__main__":
    sys.exit(main())

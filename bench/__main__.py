"""`make bench`: every row, or those whose name begins with one of `ROWS=planner,flat`."""

from __future__ import annotations

import importlib
import os
import platform
import sys

import django

MODULES = ("bench.engine", "bench.booking", "bench.http", "bench.messages", "bench.pages")


def main() -> int:
    """Runs, prints the table, writes the rows. Exit code 1 when a limit is not kept."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    os.environ.setdefault("COLLAGENDA_ENV", "test")
    django.setup()
    from bench.rows import RESULTS, table, write

    wanted = tuple(filter(None, os.environ.get("ROWS", "").split(",")))
    rows = []
    for name in MODULES:
        module = _module(name)
        if module is not None:
            rows += module.run(wanted)
    print(table(rows))
    write(rows, _machine(), path=RESULTS if not wanted else RESULTS.with_name("some.jsonl"))
    return int(any(row.is_kept is False for row in rows))


def _module(name: str):  # type: ignore[no-untyped-def]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name == name:
            return None
        raise


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

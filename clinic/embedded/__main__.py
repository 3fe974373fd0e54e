"""Runs one command against private servers that go away with it.

    python -m clinic.embedded [--durable | --synced] -- COMMAND [ARGUMENT …]

The command finds DATABASE_URL and CELERY_BROKER_URL in its environment. With --durable it works on the
demo's data under `.local`; with --synced the passing data is written to disk as in production, so that
measurements are honest. Ends with the command's exit code.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from clinic.embedded import ServersUnavailable, running

LOCAL = Path(__file__).resolve().parents[2] / ".local"


def main() -> int:
    """Start the servers, run the command, stop the servers."""
    parser = argparse.ArgumentParser(
        prog="python -m clinic.embedded", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--durable", action="store_true", help="work on the demo's data under .local")
    parser.add_argument("--synced", action="store_true", help="write to disk as in production")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    try:
        with running(LOCAL, durable=given.durable, synced=given.synced or given.durable) as servers:
            return run(given.command, {**os.environ, **servers.environment()})
    except (ServersUnavailable, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1


def run(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit code. It hears Ctrl-C by itself and SIGTERM through us, and ends in its own way."""
    with subprocess.Popen(command, env=environment) as child:
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())

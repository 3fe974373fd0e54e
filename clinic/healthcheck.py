"""Asks a deployment how it is, for a container's health check. A script of its own: standard library only.

    python -I clinic/healthcheck.py http://127.0.0.1:8000/health/live
    python -I clinic/healthcheck.py http://web:8000/health/ready tick

Exits with 0 when the address answers 200, and when the check that is named there is fine too. It asks in the
name of the first allowed host, since any other name is refused.
"""

import json
import os
import sys
import urllib.error
import urllib.request

PATIENCE = 8  # seconds


def is_well(url: str, check: str | None = None) -> bool:
    """Whether the address answers 200 and, if named, whether its check is fine."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310  given by ourselves
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            said = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return check is None or bool(said["checks"][check]["ok"])


if __name__ == "__main__":
    sys.exit(0 if is_well(*sys.argv[1:]) else 1)

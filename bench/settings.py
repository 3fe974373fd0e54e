"""The settings that are measured: ours, with the bare views beside."""

from clinic.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare"

# Refusing is not measured: one token sends thousands of requests a minute here. The counter is real, and asked as it is
# far below a limit: once a second.
API_REQUESTS_A_MINUTE = 10**9
CACHES = {
    "default": {
        "BACKEND": "clinic.caches.ForgivingRedisCache",
        "LOCATION": CELERY_BROKER_URL,  # noqa: F405
        "KEY_PREFIX": "bench",
    }
}

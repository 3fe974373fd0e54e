"""The fixture for real commits is the messages' own."""

from tests.clinic.messaging.conftest import committed_db

__all__ = ["committed_db"]

"""The fixture for real commits is the messages' own."""

from tests.clinic.messaging.conftest import transactional_db

__all__ = ["transactional_db"]

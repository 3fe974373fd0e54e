"""A clinic with everything that a treatment needs."""

import pytest

from tests.treatments.day import Clinic, make_clinic


@pytest.fixture
def clinic(db: None) -> Clinic:
    """Riverside: Dr. Weiss (physician, signs), the front desk, a pen, a room, cartridges and glide in stock."""
    return make_clinic()

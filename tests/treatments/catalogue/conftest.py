"""The shipped catalogue, read once."""

import pytest

from treatments.catalogue import Catalogue, read_catalogue
from treatments.definitions import SharedCatalogue


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped files."""
    return read_catalogue()


@pytest.fixture(scope="session")
def shared(catalogue: Catalogue) -> SharedCatalogue:
    """What all protocols share."""
    return catalogue.shared

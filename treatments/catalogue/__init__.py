"""The shipped clinical catalogue: readable files, a typed reader and a validator. See README.md here."""

from treatments.catalogue.findings import Finding
from treatments.catalogue.reader import Catalogue, read_catalogue
from treatments.catalogue.validation import validate

__all__ = ["Catalogue", "Finding", "read_catalogue", "validate"]

"""The shared catalogue as it is stored, decoded once and again only after it has changed."""

from clinic.prepared import prepared_rows
from treatments.definitions import Entry, SharedCatalogue
from treatments.models import CatalogueEntry

_read: dict[int, SharedCatalogue] = {}


def shared_catalogue() -> SharedCatalogue:
    """What all protocols share, from the database; empty before the catalogue has been loaded.

    One cheap query asks the history of the entries for its newest row; only a change reads them again.
    """
    newest = _newest_change()
    if newest not in _read:
        _read.clear()
        _read[newest] = SharedCatalogue.from_entries(
            Entry(kind=row.kind, code=row.code, data=row.data, source=row.source, grade=row.grade)
            for row in CatalogueEntry.objects.order_by("id")
        )
    return _read[newest]


def _newest_change() -> int:
    newest = prepared_rows("SELECT max(pgh_id) FROM treatments_catalogueentryhistory", [])
    return newest[0][0] or 0

"""The shared catalogue as it is stored, decoded once and again only after it has changed."""

from clinic.prepared import prepared_rows
from treatments.definitions import Entry, SharedCatalogue
from treatments.models import CatalogueEntry

_read: dict[int, SharedCatalogue] = {}


#: The newest row of the history of the entries: only when it has changed are they read again.
NEWEST_CHANGE = "SELECT max(pgh_id) FROM treatments_catalogueentryhistory"


def shared_catalogue(newest: int | None = None) -> SharedCatalogue:
    """What all protocols share, from the database; empty before the catalogue has been loaded.

    `newest` is what `NEWEST_CHANGE` gave to a caller who has just asked; otherwise it is asked here.
    """
    if newest is None:
        newest = prepared_rows(NEWEST_CHANGE, [])[0][0] or 0
    if newest not in _read:
        _read.clear()
        _read[newest] = SharedCatalogue.from_entries(
            Entry(kind=row.kind, code=row.code, data=row.data, source=row.source, grade=row.grade)
            for row in CatalogueEntry.objects.order_by("id")
        )
    return _read[newest]

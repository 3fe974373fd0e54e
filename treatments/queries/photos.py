"""Photos of a plan by view, and what the patient allows to be done with them (catalogue 8.2, 10.1)."""

from __future__ import annotations

from dataclasses import dataclass

from treatments.models import ConsentedText, Photo, TreatmentPlan

#: Consent items: needed for treatment; for teaching or marketing, off by default and revocable.
CLINICAL_PHOTOS, OTHER_USE = "CT_PHOTO", "CT_MARKETING"


def allowed_photos(plan: TreatmentPlan) -> frozenset[str]:
    """Which of the two photo items the newest standing consent agrees to."""
    consent = plan.consents.standing().first()
    if consent is None:
        return frozenset()
    agreed = ConsentedText.objects.filter(
        consent=consent, is_agreed=True, text__code__in=(CLINICAL_PHOTOS, OTHER_USE)
    )
    return frozenset(agreed.values_list("text__code", flat=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewSeries:
    """One standard view of a plan: its photos in time."""

    code: str
    photos: tuple[Photo, ...]


def photos_by_view(plan: TreatmentPlan) -> list[ViewSeries]:
    """Every standard view that was taken, most photos first; photos of reactions stand with their reaction."""
    grouped: dict[str, list[Photo]] = {}
    rows = (
        Photo.objects.filter(session__plan=plan, reaction=None)
        .select_related("session")
        .order_by("taken_at", "pk")
    )
    for row in rows:
        grouped.setdefault(row.view, []).append(row)
    found = [ViewSeries(code=code, photos=tuple(photos)) for code, photos in grouped.items()]
    return sorted(found, key=lambda one: (-len(one.photos), one.code))

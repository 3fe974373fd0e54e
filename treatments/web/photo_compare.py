"""Photos of a plan over time: two of one view side by side, or one over the other with a slider."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.access import log_access, require
from clinic.roles import Permission
from treatments.models import Photo
from treatments.queries.catalogue import shared
from treatments.queries.photos import CLINICAL_PHOTOS, OTHER_USE, allowed_photos, photos_by_view
from treatments.web.found import plan_for
from treatments.web.photo_views import standard_views


@require_safe
@require(Permission.SEE_CLINICAL)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """`?view=` chooses the view, `?left=` and `?right=` the photos; the first and the newest without them."""
    plan = plan_for(request, pk, Permission.SEE_CLINICAL)
    log_access(request, plan.patient, "photos", now=timezone.now())
    series = photos_by_view(plan)
    labels = {view.code: view.label for view in shared().photo_views}
    wished = request.GET.get("view", "")
    one = next((row for row in series if row.code == wished), series[0] if series else None)
    photos = one.photos if one else ()
    allowed = allowed_photos(plan)
    taken = {row.code for row in series}
    context = {
        "plan": plan,
        "series": [(row.code, labels.get(row.code, row.code), len(row.photos)) for row in series],
        "view": one.code if one else "",
        "view_label": labels.get(one.code, one.code) if one else "",
        "photos": photos,
        "left": _chosen(photos, request.GET.get("left", ""), 0),
        "right": _chosen(photos, request.GET.get("right", ""), -1),
        "may_be_taken": CLINICAL_PHOTOS in allowed,
        "may_be_shown": OTHER_USE in allowed,
        "missing": [view.label for view in standard_views(plan.zones) if view.code not in taken],
    }
    return render(request, "treatments/photo_compare.html", context)


def _chosen(photos: Sequence[Photo], wished: str, place: int) -> Photo | None:
    found = next((photo for photo in photos if str(photo.pk) == wished), None)
    return found or (photos[place] if photos else None)

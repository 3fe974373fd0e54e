"""Photos: taken in through the pipeline, served only to those who may see clinical facts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.access import log_access, require
from clinic.errors import DomainError
from clinic.roles import Permission
from treatments.actions.photos import add_photo
from treatments.models import Photo
from treatments.web.found import session_for
from treatments.web.saying import back_to, carry_out


@require_POST
@require(Permission.TREAT)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one photo of the session in."""
    session = session_for(request, pk, Permission.TREAT)
    upload = request.FILES.get("photo")

    def act() -> Photo:
        if upload is None:
            raise DomainError("photo_missing", _("Choose a photo."))
        return add_photo(
            session,
            data=upload.read(10 * 1024 * 1024 + 1),
            view=request.POST.get("view", ""),
            moment=request.POST.get("moment", "before"),
            by=request.user,
            now=timezone.now(),
        )

    return carry_out(request, act, _("The photo is kept."), to=back_to(request), pk=pk)


@require_safe
@require(Permission.SEE_CLINICAL)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The image itself; never cached, never guessed as anything but a JPEG."""
    mine = Photo.objects.visible_to(request.user).select_related("session__plan__patient")
    found = get_object_or_404(mine, pk=pk)
    log_access(request, found.session.plan.patient, "photo", now=timezone.now())
    with found.image.open("rb") as kept:
        data = kept.read()
    return HttpResponse(data, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})

"""Who works here: logins and the roles in which they work at a location."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import require
from clinic.actions import places
from clinic.actions import staff as actions
from clinic.models import Location, Membership, Resource
from clinic.roles import ROLES, Permission, roles_with
from clinic.touched import Outside, left_behind
from clinic.web import settings_forms as forms
from clinic.web.settings_pages import saved

#: What becomes of the calendar of somebody who leaves: it stays, or nothing new is booked in it.
LEAVING = ("keep", "stop")


def _place(request: HttpRequest, pk: int) -> Location:
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_STAFF)
    return get_object_or_404(mine, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.MANAGE_STAFF)
def staff(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who works at a location; POST lets somebody in, with a new login or one that is known."""
    place = _place(request, pk)
    form = forms.LoginForm(request.POST or None)
    said = _("They can sign in: “forgot password” on the first page sets the password.")
    if saved(request, form, lambda: _let_in(request, place, form), said):
        return redirect("clinic:settings-staff", pk=pk)
    rows = place.memberships.select_related("user").order_by("user__name", "role")
    context = {"place": place, "rows": rows, "form": form, "roles": ROLES.values()}
    return render(request, "clinic/settings_staff.html", context, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, place: Location, form: forms.LoginForm) -> None:
    told, now = form.cleaned_data, timezone.now()
    actions.let_in(
        email=told["email"], name=told["name"], location=place, role=told["role"], by=request.user, now=now
    )


@require_POST
@require(Permission.MANAGE_STAFF)
def take_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody no longer works here in a role. Nobody takes the last role of their own: they would be locked out."""
    mine = Location.objects.visible_to(request.user, Permission.MANAGE_STAFF)
    row = get_object_or_404(Membership.objects.select_related("user", "location"), pk=pk, location__in=mine)
    if row.user == request.user:
        messages.error(request, _("You cannot take a role from yourself: ask another manager."))
        return redirect("clinic:settings-staff", pk=row.location_id)
    now, then = timezone.now(), request.POST.get("then", "")
    who = _treats_only_so(row)
    outside = left_behind([row.location], resource=who, now=now) if who else Outside()
    if outside.rows and then not in LEAVING:
        return render(
            request, "clinic/settings_leaving.html", {"row": row, "who": who, "outside": outside.rows}
        )
    with transaction.atomic():
        actions.take_role(user=row.user, location=row.location, role=row.role, by=request.user, now=now)
        if who is not None and then == "stop":
            places.stop_using(resource=who, location=row.location, by=request.user, now=now)
    messages.success(request, _("%(name)s no longer works here in this role.") % {"name": row.user})
    if outside.rows and then == "stop":
        return redirect(outside.worklist)
    return redirect("clinic:settings-staff", pk=row.location_id)


def _treats_only_so(row: Membership) -> Resource | None:
    """Whose calendar it is that a role stands for: the only one at the location in which somebody treats; else None."""
    treating = roles_with(Permission.TREAT)
    others = Membership.objects.filter(user=row.user, location=row.location, role__in=treating).exclude(
        pk=row.pk
    )
    if row.role not in treating or others.exists():
        return None
    return Resource.objects.at(row.location).filter(practitioner__user=row.user).first()

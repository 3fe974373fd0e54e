"""The first page: where this person's day begins."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from clinic.access import may
from clinic.roles import Permission


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Practitioners begin with their day, everybody else with the board; a login without a place is told so."""
    if may(request.user, Permission.TREAT):
        return redirect("bookings:my-day")
    if may(request.user, Permission.SEE_BOARD):
        return redirect("bookings:board")
    if request.user.is_superuser:
        return redirect("admin:index")
    return render(request, "no_location.html", status=403)

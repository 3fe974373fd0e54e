"""Pages of bookings."""

from django.urls import path

from bookings.web import appointments, board, find, find_times, moving, my_day, panels, series, sessions

app_name = "bookings"
urlpatterns = [
    path("board/", board.board, name="board"),
    path("book/", find.find, name="find"),
    path("book/new/", find.new, name="find-new"),
    path("book/<int:pk>/", find_times.times, name="find-times"),
    path("my-day/", my_day.my_day, name="my-day"),
    path("appointments/<int:pk>/", appointments.appointment, name="appointment"),
    path("appointments/<int:pk>/do/<slug:verb>/", appointments.do, name="appointment-do"),
    path("appointments/<int:pk>/cancel/", appointments.cancel, name="appointment-cancel"),
    path("appointments/<int:pk>/move/", moving.move, name="appointment-move"),
    path("appointments/<int:pk>/why-not/", moving.why, name="appointment-why-not"),
    path("sessions/<int:pk>/start/", sessions.start, name="session-start"),
    path("plans/<int:pk>/dates/", series.series, name="series"),
    path("plans/<int:pk>/series/", series.plan_series, name="plan-series"),
    path("plans/<int:pk>/ribbon/", series.plan_ribbon, name="plan-ribbon"),
    path("patients/<int:pk>/appointments/", panels.patient_appointments, name="patient-appointments"),
]

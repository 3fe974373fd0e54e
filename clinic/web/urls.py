"""Pages of `clinic`: patients, tasks, the choice of location, settings."""

from django.urls import path

from clinic.web import alive, locations, patients, settings_pages, settings_staff, tasks

app_name = "clinic"
urlpatterns = [
    path("alive/", alive.alive, name="alive"),
    path("patients/", patients.patients, name="patients"),
    path("patients/new/", patients.new, name="patient-new"),
    path("patients/namesakes/", patients.namesakes, name="patient-namesakes"),
    path("patients/<int:pk>/", patients.patient, name="patient"),
    path("patients/<int:pk>/edit/", patients.edit, name="patient-edit"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/take/", tasks.take, name="task-take"),
    path("tasks/<int:pk>/finish/", tasks.finish, name="task-finish"),
    path("tasks/<int:pk>/reopen/", tasks.reopen, name="task-reopen"),
    path("location/", locations.choose, name="choose-location"),
    path("keys/", locations.keys, name="keys"),
    path("settings/", settings_pages.overview, name="settings"),
    path("settings/new/", settings_pages.location_new, name="settings-location-new"),
    path("settings/<int:pk>/", settings_pages.location, name="settings-location"),
    path("settings/<int:pk>/details/", settings_pages.location_details, name="settings-details"),
    path("settings/<int:pk>/hours/", settings_pages.opening_hours, name="settings-hours"),
    path("settings/<int:pk>/cadence/", settings_pages.cadence, name="settings-cadence"),
    path("settings/<int:pk>/staff/", settings_staff.staff, name="settings-staff"),
    path("settings/<int:pk>/new/<slug:kind>/", settings_pages.resource_new, name="settings-resource-new"),
    path("settings/resources/<int:pk>/", settings_pages.resource, name="settings-resource"),
    path("settings/resources/<int:pk>/hours/", settings_pages.working_hours, name="settings-working"),
    path("settings/roles/<int:pk>/take/", settings_staff.take_role, name="settings-take-role"),
]

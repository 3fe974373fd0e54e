"""Pages of `clinic`: patients, tasks, the choice of location, settings."""

from django.urls import path

from clinic.web import locations, patients, settings_pages, tasks

app_name = "clinic"
urlpatterns = [
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
    path("settings/", settings_pages.overview, name="settings"),
    path("settings/<int:pk>/", settings_pages.location, name="settings-location"),
]

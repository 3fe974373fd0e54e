"""Patient pages of treatments, behind a link."""

from django.urls import path

from treatments.web import patient_aftercare, patient_check, patient_scores

app_name = "treatments_p"
urlpatterns = [
    path("aftercare/", patient_aftercare.aftercare, name="aftercare"),
    path("aftercare/check/", patient_aftercare.to_check, name="to-check"),
    path("report/", patient_aftercare.report, name="report"),
    path("report/photo/", patient_aftercare.report_photo, name="report-photo"),
    path("scores/", patient_scores.scores, name="scores"),
    path("visit-scores/", patient_scores.after_visit, name="visit-scores"),
    path("check/", patient_check.check, name="check"),
    path("check/done/", patient_check.done, name="check-done"),
    path("check/photo/", patient_check.photo, name="check-photo"),
]

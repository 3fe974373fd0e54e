"""Pages of treatments."""

from django.urls import path

from treatments.web import (
    catalogue,
    consents,
    photos,
    plan_care,
    plan_wizard,
    plans,
    record,
    recovery,
    screening,
    visit,
)

app_name = "treatments"
urlpatterns = [
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/care/", plan_care.plan_care, name="plan-care"),
    path("plans/<int:pk>/release/", plans.release, name="plan-release"),
    path("plans/<int:pk>/close/", plans.close, name="plan-close"),
    path("plans/<int:pk>/consent/", consents.consent, name="consent"),
    path("consents/<int:pk>/", consents.sheet, name="consent-sheet"),
    path("consents/<int:pk>/withdraw/", consents.withdraw, name="consent-withdraw"),
    path("sessions/<int:pk>/", visit.visit, name="visit"),
    path("sessions/<int:pk>/sign-off/", visit.sign, name="sign-off"),
    path("sessions/<int:pk>/profile/", visit.profile, name="profile"),
    path("sessions/<int:pk>/patch-test/", visit.patch_test, name="patch-test"),
    path("sessions/<int:pk>/screening/", screening.screening, name="screening"),
    path("sessions/<int:pk>/record/", record.record, name="record"),
    path("sessions/<int:pk>/addendum/", record.addendum, name="addendum"),
    path("sessions/<int:pk>/photos/", photos.add, name="photo-add"),
    path("photos/<int:pk>/", photos.photo, name="photo"),
    path("recovery/", recovery.recovery, name="recovery"),
    path("recovery/<int:pk>/", recovery.case, name="case"),
    path("recovery/<int:pk>/do/", recovery.act, name="case-act"),
    path("reactions/<int:pk>/close/", recovery.close, name="reaction-close"),
    path("patients/<int:pk>/plan/new/", plan_wizard.new, name="plan-new"),
    path("patients/<int:pk>/plans/", plans.patient_plans, name="patient-plans"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", catalogue.protocol, name="protocol"),
]

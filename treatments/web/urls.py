"""Pages of treatments."""

from django.urls import path

from treatments.web import catalogue, plan_wizard, plans

app_name = "treatments"
urlpatterns = [
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/release/", plans.release, name="plan-release"),
    path("plans/<int:pk>/close/", plans.close, name="plan-close"),
    path("patients/<int:pk>/plan/new/", plan_wizard.new, name="plan-new"),
    path("patients/<int:pk>/plans/", plans.patient_plans, name="patient-plans"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<slug:code>/", catalogue.protocol, name="protocol"),
]

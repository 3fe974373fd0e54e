"""The API of bookings, under /api/v1/."""

from rest_framework.routers import SimpleRouter

from bookings.api.appointments import AppointmentViewSet
from bookings.api.availability import AvailabilityViewSet, ExplanationViewSet
from bookings.api.closures import ClosureViewSet
from bookings.api.patients import PatientViewSet
from bookings.api.plans import PlanViewSet
from bookings.api.waitlist import OfferViewSet, WaitlistViewSet
from clinic.api import schema  # noqa: F401 - how to authenticate, for the schema

router = SimpleRouter()
router.register("appointments", AppointmentViewSet, basename="api-appointment")
router.register("availability", AvailabilityViewSet, basename="api-availability")
router.register("explain", ExplanationViewSet, basename="api-explain")
router.register("plans", PlanViewSet, basename="api-plan")
router.register("patients", PatientViewSet, basename="api-patient")
router.register("closures", ClosureViewSet, basename="api-closure")
router.register("waitlist", WaitlistViewSet, basename="api-waitlist")
router.register("offers", OfferViewSet, basename="api-offer")

urlpatterns = router.urls

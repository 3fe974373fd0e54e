"""Who, where and with what."""

from clinic.models.access_log import AccessLog
from clinic.models.devices import Device, DeviceModel
from clinic.models.hours import Closure, OpeningHours, WorkingHours
from clinic.models.links import ApiToken, IdempotencyKey, PatientLink
from clinic.models.people import Membership, Patient, Registration, User
from clinic.models.places import Location, Room
from clinic.models.resources import Placement, Practitioner, Resource
from clinic.models.settings import ClinicSettings
from clinic.models.tasks import Task, TaskStatusChange

__all__ = [
    "AccessLog",
    "ApiToken",
    "ClinicSettings",
    "Closure",
    "Device",
    "DeviceModel",
    "IdempotencyKey",
    "Location",
    "Membership",
    "OpeningHours",
    "Patient",
    "PatientLink",
    "Placement",
    "Practitioner",
    "Registration",
    "Resource",
    "Room",
    "Task",
    "TaskStatusChange",
    "User",
    "WorkingHours",
]

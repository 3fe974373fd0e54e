"""Tasks wait for a person, with a deadline that escalates until somebody takes them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from clinic import roles
from clinic.actions import tasks
from clinic.errors import Stale
from clinic.models import Location, Patient, Task, User
from clinic.words import TaskStatus, Urgency
from tests.factories import LocationFactory, PatientFactory, staff

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def here() -> Location:
    return LocationFactory()


def open_one(
    here: Location, *, owner: User | None = None, key: str = "k", clinical: bool = True, now: datetime = NOON
) -> Task:
    return tasks.open_task(
        kind="red-flag",
        location=here,
        patient=Patient.objects.first() or PatientFactory(at=here),
        owner=owner,
        urgency=Urgency.SAME_DAY,
        is_clinical=clinical,
        sentence="Fever on day 3: call today.",
        subject_type="recovery_check",
        subject_id=7,
        dedupe_key=key,
        now=now,
    )


def test_a_same_day_task_is_due_in_four_hours(here: Location) -> None:
    assert open_one(here).due_at == NOON + timedelta(hours=4)


def test_the_same_fact_opens_one_task(here: Location) -> None:
    assert open_one(here).pk == open_one(here, now=NOON + timedelta(hours=1)).pk
    assert Task.objects.count() == 1


def test_an_overdue_task_goes_to_the_lead_then_to_the_manager_and_stays_there(here: Location) -> None:
    weiss = staff(roles.PRACTITIONER, at=here)
    lead, manager = staff(roles.LEAD, at=here), staff(roles.MANAGER, at=here)
    task = open_one(here, owner=weiss)
    owners = []
    for hours in (3, 5, 8, 24):
        tasks.escalate_overdue(now=NOON + timedelta(hours=hours))
        task.refresh_from_db()
        owners.append(task.owner)
    assert owners == [weiss, lead, manager, manager]
    assert task.escalations == 2


def test_a_task_that_somebody_took_escalates_no_more(here: Location) -> None:
    staff(roles.LEAD, at=here)
    weiss = staff(roles.PRACTITIONER, at=here)
    task = tasks.acknowledge(open_one(here), by=weiss, now=NOON)
    assert tasks.escalate_overdue(now=NOON + timedelta(days=2)) == 0
    assert (task.owner, task.status) == (weiss, TaskStatus.ACKNOWLEDGED)
    assert list(task.status_changes.values_list("to_status", "changed_by")) == [
        ("open", None),
        ("acknowledged", weiss.pk),
    ]


def test_two_people_taking_one_task_one_is_told(here: Location) -> None:
    first, second = staff(roles.PRACTITIONER, at=here), staff(roles.PRACTITIONER, at=here)
    task = open_one(here)
    seen_by_second = Task.objects.get(pk=task.pk)
    tasks.acknowledge(task, by=first, now=NOON)
    with pytest.raises(Stale):
        tasks.acknowledge(seen_by_second, by=second, now=NOON)
    task.refresh_from_db()
    assert task.owner == first


def test_the_desk_sees_its_own_tasks_and_no_clinical_ones(here: Location) -> None:
    clinical, plain = open_one(here, key="a"), open_one(here, key="b", clinical=False)
    desk, weiss = staff(at=here), staff(roles.PRACTITIONER, at=here)
    stranger = staff(roles.PRACTITIONER, at=LocationFactory())
    assert list(Task.objects.visible_to(desk)) == [plain]
    assert set(Task.objects.visible_to(weiss)) == {clinical, plain}
    assert list(Task.objects.visible_to(stranger)) == []


def test_the_page_finishes_a_task_with_what_came_of_it(client: Client, here: Location) -> None:
    weiss = staff(roles.PRACTITIONER, at=here)
    task = open_one(here)
    client.force_login(weiss)
    assert "Fever on day 3" in client.get("/tasks/").content.decode()
    client.post(f"/tasks/{task.pk}/finish/", {"outcome": "Called: better, no fever any more."})
    task.refresh_from_db()
    assert (task.status, task.outcome) == (TaskStatus.DONE, "Called: better, no fever any more.")
    assert "Fever on day 3" not in client.get("/tasks/").content.decode()

"""Alarm clocks: they carry no facts, and running one twice, late or never is safe."""

from __future__ import annotations

from clinic.celery import app
from clinic.messaging import waking


@app.task(name="clinic.messaging.tasks.tick")
def tick() -> None:
    """Every ten seconds: note the tick, free what lapsed, wake the jobs, send what is due."""
    jobs.apply_async(expires=55)
    waking.wake()


@app.task(name="clinic.messaging.tasks.drain")
def drain() -> None:
    """After a commit that planned something: send what is due."""
    waking.send_due()


# As for the jobs: no lease hangs on it, and it may take longer than a message.
@app.task(name="clinic.messaging.tasks.replan", soft_time_limit=240, time_limit=270)
def replan(location: int) -> None:
    """After a commit that switched a rule on: plan what it wants to say at this location."""
    waking.replan(location)


# No lease hangs on a job: it may take minutes, but less than the broker's visibility timeout.
@app.task(name="clinic.messaging.tasks.jobs", soft_time_limit=240, time_limit=270)
def jobs() -> None:
    """Run the jobs of this period that nobody has run yet."""
    waking.run_jobs()

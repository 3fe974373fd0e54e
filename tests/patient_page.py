"""What every page behind a patient's link keeps: small with its files, no script, the clinic and its phone on top."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.test import Client
from django.utils.html import escape

from clinic.links import make_link
from clinic.models import Location, Patient
from clinic.words import LinkPurpose

#: Bytes of a page with its stylesheets and pictures.
MOST = 50_000
_FILES = re.compile(r'(?:href|src)="/static/([^"?]+)"')


def path_of_link(
    *, patient: Patient, place: Location, purpose: LinkPurpose, subject: Any, now: datetime
) -> str:
    """The address of a new link as a message carries it."""
    link = make_link(
        patient=patient,
        location=place,
        purpose=purpose,
        subject_type="x",
        subject_id=subject.pk,
        expires_at=now + timedelta(days=90),
        now=now,
    )
    return f"/p/{link.rsplit('/p/')[1]}"


def follow_aftercare(client: Client, plan: Any, *, now: datetime) -> str:
    """Opens the aftercare link of a plan's first session."""
    session = plan.sessions.get(number=1)
    return follow(
        client,
        patient=plan.patient,
        place=plan.location,
        purpose=LinkPurpose.AFTERCARE,
        subject=session,
        now=now,
    )


def follow(
    client: Client, *, patient: Patient, place: Location, purpose: LinkPurpose, subject: Any, now: datetime
) -> str:
    """Opens a link as a phone does, proves the birth date where it is asked; gives the clean address."""
    path = path_of_link(patient=patient, place=place, purpose=purpose, subject=subject, now=now)
    address = str(client.get(path)["Location"])
    born: date | None = patient.born_on
    if born is not None:
        client.post("/p/birth-date/", {"day": born.day, "month": born.month, "year": born.year})
    return address


def faults(
    client: Client,
    address: str,
    place: Location,
    *,
    with_form: bool = True,
    says: str = "",
) -> list[str]:
    """What a page lacks; empty when it keeps everything."""
    answer = client.get(address)
    html = answer.content.decode()
    if answer.status_code != 200:
        return [f"{address}: {answer.status_code}"]
    files = {name: finders.find(name) for name in _FILES.findall(html)}
    texts = [Path(str(path)).read_bytes() for path in files.values() if path]
    size = len(answer.content) + sum(map(len, texts))
    head = html.split("<main", 1)[0].split("<body", 1)[1]
    forms = re.findall(r"<form[^>]*>", html)
    found = {
        f"{size} bytes": size >= MOST,
        "compressed": "Content-Encoding" in client.get(address, headers={"accept-encoding": "gzip"}),
        "another text": escape(says) not in html,
        "a script": bool(re.search(r"<script|javascript:|\son[a-z]+=|\shx-", html)),
        "no style": not files or None in files.values(),
        "no clinic name on top": place.message_name not in head,
        "no phone on top": f'href="tel:{place.phone.as_e164}"' not in head,
        "no form that posts": with_form and not forms,
        "a form that does not post": any('method="post"' not in form for form in forms),
        "a form that cannot be sent": html.count("<form") != html.count("csrfmiddlewaretoken"),
        "a form without a button": html.count("<form") > len(re.findall(r'<button[^>]*type="submit"', html)),
    }
    return [f"{address}: {fault}" for fault, is_so in found.items() if is_so]


def times_without_zone(client: Client, address: str, place: Location) -> list[str]:
    """Nothing when the page tells its zone and writes a weekday before every time of day that stands for itself."""
    main = re.sub(r"<[^>]+>", " ", client.get(address).content.decode().split("<main", 1)[1])
    days = re.findall(
        r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)? \d+ \w+, \d+:\d\d", main
    )
    return [
        f"{address}: {fault}"
        for fault, is_so in {"no zone": place.zone not in main, "no weekday with the time": not days}.items()
        if is_so
    ]

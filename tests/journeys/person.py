"""Somebody with a browser but without JavaScript: opens pages, fills in forms, follows redirects. Over real HTTP."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests


class _Forms(HTMLParser):
    """The forms of a page with what they would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                {"action": got.get("action", ""), "method": got.get("method", "get"), "fields": {}}
            )
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        if tag == "input" and got.get("name"):
            self._input(fields, got)
        elif tag == "select":
            self._select, self._options = got.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((got.get("value", ""), "selected" in got))
        elif tag == "textarea":
            self._area = got.get("name", "")
            fields[self._area] = ""

    def _input(self, fields: dict[str, Any], got: dict[str, str]) -> None:
        name, kind = got["name"], got.get("type", "text")
        if kind in ("checkbox", "radio"):
            fields.setdefault(name, [])
            if "checked" in got:
                fields[name].append(got.get("value", "on"))
        elif kind not in ("file", "submit"):
            fields[name] = got.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1]["fields"][self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select" and self._select and self.forms:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            first = [value for value, _ in self._options[:1]]
            self.forms[-1]["fields"][self._select] = (chosen or first or [""])[0]
            self._select = ""


class Person:
    """One browser: its cookies, and the page it looks at."""

    def __init__(self, site: str) -> None:
        self.site, self.web = site, requests.Session()
        self.said: dict[str, Any] = {}
        self.page = requests.Response()

    @property
    def text(self) -> str:
        """What the page says, as HTML."""
        return self.page.text

    def opens(self, path: str, *, status: int = 200) -> Person:
        """GET, redirects followed."""
        return self._looked(self.web.get(urljoin(self.site, path), timeout=60), status)

    def sends(
        self, part_of_action: str = "", *, status: int = 200, files: Any = None, **answers: Any
    ) -> Person:
        """Fills in the form whose address contains the words (or the first that posts) and sends it.

        `answers` replace what the form would send; names with dots or dashes go through `fields={…}`.
        """
        form = self.form(part_of_action)
        data = {**form["fields"], **answers.pop("fields", {}), **answers}
        target = urljoin(self.page.url, form["action"] or self.page.url)
        self.said = data
        answer = self.web.post(target, data=data, files=files, headers={"Referer": self.page.url}, timeout=60)
        return self._looked(answer, status)

    def form(self, part_of_action: str = "") -> dict[str, Any]:
        """The first posting form whose action contains the words."""
        parser = _Forms()
        parser.feed(self.text)
        posting = [form for form in parser.forms if form["method"].lower() == "post"]
        found = [
            form for form in posting if part_of_action in form["action"] and "location" not in form["action"]
        ]
        found = [form for form in found if "logout" not in form["action"]]
        if not found:
            raise AssertionError(
                f"no form {part_of_action!r} on {self.page.url}: {[f['action'] for f in posting]}"
            )
        return found[0]

    def signs_in(self, email: str, password: str) -> Person:
        """Through the sign-in page."""
        return self.opens("/account/login/").sends("login", login=email, password=password)

    def sees(self, *words: str) -> Person:
        """Everything of this is on the page."""
        missing = [word for word in words if word not in self.text]
        assert missing == [], f"not on {self.page.url}: {missing}"
        return self

    def _looked(self, page: requests.Response, status: int) -> Person:
        self.page = page
        told = f"{page.url}: {page.status_code} {self.said}\n{page.text[:1500]}"
        assert page.status_code == status, told
        return self

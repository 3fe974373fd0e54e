"""The one gate before a session: may it happen on a day, and if not, why (P2, BR-02, BR-06).

Every way in asks it: booking, moving, importing, starting. The rules are in `treatments/rules/`, the sentences in
`treatments/problems.py`. Signatures turn what a clinician may decide into a remark; hard limits stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from clinic.errors import Blocker, NeedsApproval, Problem
from clinic.errors import Warning as Remark
from treatments import problems
from treatments.facts import Moment, OneSession, PlanFacts, Signature
from treatments.models import TreatmentSession
from treatments.queries.plan_facts import facts_of
from treatments.rules.answers import answer_problems, screening_problems
from treatments.rules.consents import consent_problems
from treatments.rules.intervals import count_problems, interval_problems, stale_problems
from treatments.rules.patch_tests import patch_test_problems
from treatments.rules.plans import age_problems, healing_problems, plan_problems
from treatments.rules.washouts import wash_out_problems

#: "book" or "start".
GateMoment = str


def problems_for(
    session: TreatmentSession,
    *,
    on: date,
    now: datetime,
    anchors: Mapping[int, date] | None = None,
    moment: GateMoment = "book",
) -> list[Problem]:
    """Every reason that stands against the session on that local day, worst first; empty when nothing does.

    `anchors` are session number → booked local day, for sessions not yet performed. At `"start"` questions, consent
    and patch tests must be settled; when booking they are only remarked. Signed problems come as warnings.
    """
    return judge(facts_of(session.plan), session.pk, on=on, now=now, anchors=anchors, moment=moment)


def judge(
    facts: PlanFacts,
    session_id: int,
    *,
    on: date,
    now: datetime,
    anchors: Mapping[int, date] | None = None,
    moment: GateMoment = "book",
    with_remarks: bool = True,
) -> list[Problem]:
    """The same from facts loaded before: for a whole series, or for many days, without another query.

    Without remarks it gives what stops: for who only wants to know whether they may go on.
    """
    one = facts.session(session_id)
    others = {number: day for number, day in (anchors or {}).items() if number != one.number}
    at = Moment(on=on, now=now, is_start=moment == "start", anchors=others, with_remarks=with_remarks)
    signatures = facts.signatures.get(session_id, ())
    found = [signed(problem, signatures, on=on) for problem in _all(facts, one, at)]
    if not with_remarks:
        found = [problem for problem in found if not isinstance(problem, Remark)]
    return sorted(found, key=_rank)


def _all(facts: PlanFacts, one: OneSession, at: Moment) -> Iterator[Problem]:
    yield from plan_problems(facts, one)
    yield from age_problems(facts, one, at)
    yield from count_problems(facts, one)
    yield from interval_problems(facts, one, at)
    yield from stale_problems(facts, one, at)
    yield from wash_out_problems(facts, one, at)
    yield from healing_problems(facts, one, at)
    yield from answer_problems(facts, one, at)
    yield from screening_problems(facts, one, at)
    yield from consent_problems(facts, one, at)
    yield from patch_test_problems(facts, one, at)


def signed(problem: Problem, signatures: tuple[Signature, ...], *, on: date) -> Problem:
    """The problem, or the remark it becomes when somebody entitled signed for it, for this day or an earlier one."""
    if not isinstance(problem, NeedsApproval):
        return problem
    for signature in signatures:
        in_time = signature.from_on is None or on >= signature.from_on
        physician = problem.facts.get("needs_role") != "DOC" or signature.is_physician
        if signature.problem == problem.code and in_time and physician:
            return problems.signed_off(problem)
    return problem


def _rank(problem: Problem) -> int:
    """Worst first, so that pages and APIs list the same order."""
    if isinstance(problem, Blocker):
        return 0
    return 1 if isinstance(problem, NeedsApproval) else 2

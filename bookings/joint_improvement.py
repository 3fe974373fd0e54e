"""Good joint proposals quickly: one series after the other, then again and again for those that gave way.

Every round takes a series that costs more than it would alone, those that stand in its way, and perhaps one
more, and lets them choose anew in another order around the rest. The dice are seeded: same question, same
answer.
"""

from collections.abc import Sequence
from random import Random

from bookings.travelling import Cells, Proposal, Traveller, collides, together


def improved(
    travellers: Sequence[Traveller], alone: Sequence[Proposal], bound: int, effort: int
) -> list[Proposal]:
    """Proposals without collision, improved until they meet the bound or the effort is spent."""
    best = current = first_proposals(travellers)
    dice = Random(len(travellers))  # noqa: S311 - shuffles an order; nothing depends on it being secret
    asked = sum(one.asked for one in travellers)
    for _ in range(effort):
        if _cost(best) == bound or sum(one.asked for one in travellers) - asked > effort:
            break
        again = _chosen_again(current, alone, dice)
        changed = _replanned(travellers, current, again)
        if changed is not None and _cost(changed) <= _cost(current):
            current = changed
            best = min(best, current, key=_cost)
    return best


def _cost(proposals: Sequence[Proposal]) -> int:
    return sum(proposal.cost for proposal in proposals)


def first_proposals(travellers: Sequence[Traveller]) -> list[Proposal]:
    """One after the other; who finds nothing goes first in the next attempt; at worst all stay where they
    are."""
    order = sorted(range(len(travellers)), key=lambda at: (-travellers[at].alone.cost, at))
    for _ in travellers:
        found, stuck = _in_order(travellers, order, {})
        if stuck is None:
            return [found[at] for at in range(len(travellers))]
        order = [stuck, *(at for at in order if at != stuck)]
    return [traveller.unmoved for traveller in travellers]


def _in_order(
    travellers: Sequence[Traveller], order: Sequence[int], kept: dict[int, Proposal]
) -> tuple[dict[int, Proposal], int | None]:
    """Proposals around those kept, in an order; and who, if anybody, found nothing."""
    found = dict(kept)
    for at in order:
        taken = together(other.uses for other in found.values())
        wanted = [travellers[other].alone.uses for other in order if other != at and other not in found]
        proposal = _considerate(travellers[at], taken, together([taken, *wanted]))
        if proposal is None:
            return found, at
        found[at] = proposal
    return found, None


def _considerate(traveller: Traveller, taken: Cells, taken_or_wanted: Cells) -> Proposal | None:
    """The best around what is taken; where it costs no more, also around what others still to come would
    like."""
    aside = traveller.propose(taken_or_wanted)
    if aside is not None and aside.cost == traveller.alone.cost:
        return aside
    best = traveller.propose(taken)
    return aside if best is not None and aside is not None and aside.cost <= best.cost else best


def _chosen_again(current: Sequence[Proposal], alone: Sequence[Proposal], dice: Random) -> list[int]:
    """A series that gave way, those in the way of what it would do alone, perhaps one more, in a new
    order."""
    gave_way = [at for at, proposal in enumerate(current) if proposal.cost > alone[at].cost]
    one = dice.choice(gave_way)
    in_the_way = [
        at for at, proposal in enumerate(current) if at != one and collides(proposal.uses, alone[one].uses)
    ]
    dice.shuffle(in_the_way)
    others = [at for at in range(len(current)) if at != one and at not in in_the_way]
    dice.shuffle(others)
    again = [one, *in_the_way[:3], *others[: dice.randint(0, 2)]]
    dice.shuffle(again)
    return again


def _replanned(
    travellers: Sequence[Traveller], current: Sequence[Proposal], again: Sequence[int]
) -> list[Proposal] | None:
    kept = {at: proposal for at, proposal in enumerate(current) if at not in again}
    found, stuck = _in_order(travellers, again, kept)
    return None if stuck is not None else [found[at] for at in range(len(current))]

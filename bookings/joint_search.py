"""The best joint proposal, proven: a best-first search over who must give way where two series collide.

A node forbids some cells to some series; each series then does its best alone, so a node's cost is a bound
for every joint proposal that respects what it forbids. Where two use the same cell, any collision-free
proposal has one of them not using it: two nodes below, and nothing is lost. The first node without collision
is the best there is.
"""

import heapq
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations, count

from bookings.timegrid import first_cell
from bookings.travelling import Cells, Proposal, Traveller, collides, together, uses_of_others


@dataclass(frozen=True, slots=True)
class _Node:
    forbidden: tuple[Cells, ...]
    proposals: tuple[Proposal, ...]

    @property
    def cost(self) -> int:
        return sum(proposal.cost for proposal in self.proposals)


@dataclass(frozen=True, slots=True)
class _Collision:
    """Two series that use the same cell of something."""

    pair: tuple[int, int]
    name: Hashable
    cell: int


def best_together(
    travellers: Sequence[Traveller], alone: Sequence[Proposal], known: Sequence[Proposal], effort: int
) -> tuple[list[Proposal], bool]:
    """The best joint proposal and True, or the best known one and False when the effort was spent before."""
    limit = sum(proposal.cost for proposal in known)
    search = _Search(travellers)
    search.push(_Node(tuple({} for _ in alone), tuple(alone)))
    asked = sum(one.asked for one in travellers)
    while search.queue:
        node = search.pop()
        if node.cost >= limit:
            return list(known), True
        node = search.eased(node)
        collisions = _collisions(node.proposals)
        if not collisions:
            return list(node.proposals), True
        if sum(one.asked for one in travellers) - asked > effort:
            return list(known), False
        for child in search.split(node, collisions):
            search.push(child)
    return list(known), True


class _Search:
    def __init__(self, travellers: Sequence[Traveller]) -> None:
        self.travellers = travellers
        self.order = count()
        self.queue: list[tuple[int, int, int, _Node]] = []

    def push(self, node: _Node) -> None:
        collisions = len(_collisions(node.proposals))
        heapq.heappush(self.queue, (node.cost, collisions, -next(self.order), node))

    def pop(self) -> _Node:
        return heapq.heappop(self.queue)[3]

    def eased(self, node: _Node) -> _Node:
        """Who collides steps aside where that costs nothing."""
        proposals = list(node.proposals)
        for at in sorted({at for one in _collisions(proposals) for at in one.pair}):
            others = uses_of_others(proposals, at)
            if collides(proposals[at].uses, others):
                aside = self.travellers[at].propose(together([node.forbidden[at], others]))
                if aside is not None and aside.cost == proposals[at].cost:
                    proposals[at] = aside
        return _Node(node.forbidden, tuple(proposals))

    def split(self, node: _Node, collisions: Sequence[_Collision]) -> list[_Node]:
        """The two nodes below for the collision that costs most to resolve, whoever gives way."""
        best: list[_Node] | None = None
        best_gain = -1
        for collision in collisions[:6]:
            children = [child for at in collision.pair if (child := self._without(node, at, collision))]
            gain = min((child.cost - node.cost for child in children), default=1 << 60)
            if gain > best_gain:
                best, best_gain = children, gain
        return best or []

    def _without(self, node: _Node, at: int, collision: _Collision) -> _Node | None:
        forbidden = list(node.forbidden)
        forbidden[at] = together([forbidden[at], {collision.name: 1 << collision.cell}])
        proposal = self.travellers[at].propose(forbidden[at])
        if proposal is None:
            return None
        proposals = (*node.proposals[:at], proposal, *node.proposals[at + 1 :])
        return _Node(tuple(forbidden), proposals)


def _collisions(proposals: Sequence[Proposal]) -> list[_Collision]:
    """The first common cell of each resource that two proposals share, in order."""
    found = []
    for one, other in combinations(range(len(proposals)), 2):
        theirs = proposals[other].uses
        for name, cells in proposals[one].uses.items():
            if shared := cells & theirs.get(name, 0):
                found.append(_Collision((one, other), name, _middle(shared)))
    return found


def _middle(shared: int) -> int:
    """The middle of the first stretch of cells: the cell that most of the overlapping starts have in
    common."""
    first = first_cell(shared) or 0
    rest = ~(shared >> first)
    return first + ((rest & -rest).bit_length() - 1) // 2

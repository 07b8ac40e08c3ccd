"""How organisations hang together: district, towns, village centres and institutions, and what may hang below what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class OrganisationKind(StrEnum):
    """What an organisation is. Village centres and institutions stand side by side at the bottom."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    INSTITUTION = "institution"

    @property
    def rank(self) -> int:
        """0 at the top; an organisation stands below one of a smaller rank."""
        return _RANKS[self]


_RANKS: Final = {
    OrganisationKind.DISTRICT: 0,
    OrganisationKind.TOWN: 1,
    OrganisationKind.VILLAGE: 2,
    OrganisationKind.INSTITUTION: 2,
}


class Misplaced(StrEnum):
    """Why an organisation cannot stand where somebody wants to put it."""

    SECOND_DISTRICT = "second_district"
    NO_PARENT = "no_parent"
    DISTRICT_HAS_PARENT = "district_has_parent"
    UNKNOWN_PARENT = "unknown_parent"
    UNDER_ITSELF = "under_itself"
    UNDER_LOWER_KIND = "under_lower_kind"
    CHILDREN_NOT_BELOW = "children_not_below"
    DISTRICT_STAYS = "district_stays"
    DISTRICT_DISABLED = "district_disabled"


@dataclass(frozen=True, slots=True)
class Node:
    """One organisation, as far as the tree goes."""

    id: str
    parent_id: str | None
    kind: OrganisationKind
    name: str = ""
    disabled: bool = False


class Tree:
    """All organisations. Never walks in a circle, not even over rows that somebody has spoilt by hand."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._children: dict[str | None, list[Node]] = {}
        for node in sorted(self._nodes.values(), key=lambda node: (node.kind.rank, node.name, node.id)):
            self._children.setdefault(node.parent_id, []).append(node)

    @property
    def root(self) -> Node | None:
        """The district; None only where there is none yet."""
        return next((node for node in self._children.get(None, ()) if node.kind is OrganisationKind.DISTRICT), None)

    def get(self, organisation_id: str | None) -> Node | None:
        return self._nodes.get(organisation_id) if organisation_id is not None else None

    def enabled(self, organisation_id: str | None) -> Node | None:
        """The organisation, if it is there and at work. The district always is."""
        node = self.get(organisation_id)
        return node if node is not None and (not node.disabled or node == self.root) else None

    def children(self, organisation_id: str) -> tuple[Node, ...]:
        """Those directly below, by kind, then name."""
        return tuple(self._children.get(organisation_id, ()))

    def ancestors(self, organisation_id: str) -> tuple[Node, ...]:
        """Those above, the nearest first; nothing for an organisation that does not exist."""
        above: list[Node] = []
        node = self.get(organisation_id)
        seen = {organisation_id}
        while node is not None and (node := self.get(node.parent_id)) is not None and node.id not in seen:
            seen.add(node.id)
            above.append(node)
        return tuple(above)

    def siblings(self, organisation_id: str) -> tuple[Node, ...]:
        """Those beside it under the same parent, without itself; the district has none."""
        node = self.get(organisation_id)
        if node is None or node.parent_id is None:
            return ()
        return tuple(one for one in self.children(node.parent_id) if one.id != organisation_id)

    def subtree(self, organisation_id: str) -> tuple[Node, ...]:
        """Itself and everything below, each parent before its children."""
        return tuple(node for node, _ in self._walk(organisation_id))

    def ordered(self) -> Iterator[tuple[Node, int]]:
        """Everything, as a tree is read, with the depth (district 0); last what hangs on nothing that exists."""
        seen: set[str] = set()
        tops = [self.root] if self.root is not None else []
        orphans = [node for node in self._nodes.values() if self.get(node.parent_id) is None]
        for top in [*tops, *orphans, *self._nodes.values()]:
            for node, depth in [] if top.id in seen else self._walk(top.id):
                if node.id not in seen:
                    seen.add(node.id)
                    yield node, depth

    def _walk(self, top_id: str) -> Iterator[tuple[Node, int]]:
        top = self.get(top_id)
        waiting = [(top, 0)] if top is not None else []
        seen: set[str] = set()
        while waiting:
            node, depth = waiting.pop()
            if node.id in seen:
                continue
            seen.add(node.id)
            yield node, depth
            waiting.extend((child, depth + 1) for child in reversed(self.children(node.id)))

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def with_node(self, node: Node) -> Tree:
        """The tree in which `node` stands so (new, or moved)."""
        return Tree({**self._nodes, node.id: node}.values())


def misplaced(tree: Tree, node: Node) -> Misplaced | None:
    """Why `node` cannot stand so in `tree` (which may hold an earlier state of it); None: it can."""
    root = tree.root
    if node.kind is OrganisationKind.DISTRICT:
        # Not by the root: where `node` stands in the tree already, it may be what the tree takes for it.
        if any(other.kind is OrganisationKind.DISTRICT and other.id != node.id for other in tree):
            return Misplaced.SECOND_DISTRICT
        if node.parent_id is not None:
            return Misplaced.DISTRICT_HAS_PARENT
        return Misplaced.DISTRICT_DISABLED if node.disabled else None
    if root is None or root.id == node.id:
        # The root would be gone (or is, in a tree where `node` stands so already): everything falls back to it.
        return Misplaced.DISTRICT_STAYS
    if node.parent_id is None:
        return Misplaced.NO_PARENT
    return _misplaced_below(tree, node)


def _misplaced_below(tree: Tree, node: Node) -> Misplaced | None:
    if node.parent_id == node.id:
        return Misplaced.UNDER_ITSELF
    parent = tree.get(node.parent_id)
    if parent is None:
        return Misplaced.UNKNOWN_PARENT
    if node.id in {above.id for above in tree.ancestors(parent.id)}:
        return Misplaced.UNDER_ITSELF
    if parent.kind.rank >= node.kind.rank:
        return Misplaced.UNDER_LOWER_KIND
    if any(child.kind.rank <= node.kind.rank for child in tree.children(node.id)):
        return Misplaced.CHILDREN_NOT_BELOW
    return None

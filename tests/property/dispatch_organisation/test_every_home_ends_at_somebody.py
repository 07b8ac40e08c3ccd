"""For any tree that is built step by step: no circles, one root, and a home always has an organisation at work."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.organisation.routing import HomePlace, Route, centre_of
from backend.domain.organisation.tree import Node, OrganisationKind, Tree, misplaced

IDS = [f"o{number}" for number in range(12)]
ROOT = Node("district", None, OrganisationKind.DISTRICT)
ANY_ID = st.sampled_from([*IDS, "district", "gone"])
KINDS = st.sampled_from(OrganisationKind)
NODES = st.builds(Node, st.sampled_from([*IDS, "district"]), st.none() | ANY_ID, KINDS, st.just(""), st.booleans())
VILLAGES = [f"v{number}" for number in range(4)]


def _grow(steps: list[Node]) -> Tree:
    """What is left when everything that is misplaced is refused."""
    tree = Tree([ROOT])
    for node in steps:
        if misplaced(tree, node) is None:
            tree = tree.with_node(node)
    return tree


TREES = st.lists(NODES, max_size=25).map(_grow)


@given(TREES)
def test_there_is_one_root_and_everything_hangs_on_it(tree: Tree) -> None:
    assert tree.root is not None
    assert tree.root.id == "district"
    assert {node.id for node in tree.subtree("district")} == {node.id for node in tree}
    for node in tree:
        above = tree.ancestors(node.id)
        assert len({one.id for one in above}) == len(above)
        assert node.id not in {one.id for one in above}
        ranks = [node.kind.rank, *(one.kind.rank for one in above)]
        assert ranks == sorted(set(ranks), reverse=True)


@given(TREES)
def test_ancestors_subtrees_and_siblings_agree(tree: Tree) -> None:
    ordered = list(tree.ordered())
    assert sorted(node.id for node, _ in ordered) == sorted(node.id for node in tree)
    for node, depth in ordered:
        assert depth == len(tree.ancestors(node.id))
        assert tree.subtree(node.id)[0] == node
        for below in tree.subtree(node.id)[1:]:
            assert node in tree.ancestors(below.id)
        for beside in tree.siblings(node.id):
            assert beside.parent_id == node.parent_id
            assert node in tree.siblings(beside.id)


@given(
    TREES,
    st.dictionaries(st.sampled_from(VILLAGES), st.none() | ANY_ID),
    st.dictionaries(st.sampled_from(VILLAGES), st.lists(ANY_ID, max_size=3)),
    st.builds(HomePlace, st.none() | ANY_ID, st.none() | st.sampled_from([*VILLAGES, "gone"])),
)
def test_routing_ends_at_an_organisation_that_is_at_work(
    tree: Tree, villages: dict[str, str | None], catchments: dict[str, list[str]], home: HomePlace
) -> None:
    chosen = centre_of(home, villages, catchments, tree)
    node = tree.get(chosen.organisation_id)
    assert node is not None
    assert not node.disabled
    own = tree.enabled(home.organisation_id)
    assert (chosen.route is Route.OWN) == (own is not None)
    if chosen.route is Route.CATCHMENT:
        serving = catchments[home.village_id or ""]
        before = serving[: serving.index(node.id)]
        assert all(tree.enabled(one) is None for one in before)
    if chosen.route is Route.DISTRICT:
        assert node.kind is OrganisationKind.DISTRICT


@given(st.lists(NODES, max_size=12), st.builds(HomePlace, ANY_ID, st.sampled_from(VILLAGES)))
def test_rows_spoilt_by_hand_still_end(nodes: list[Node], home: HomePlace) -> None:
    tree = Tree([*(node for node in nodes if node.id != "district"), replace(ROOT, disabled=True)])
    chosen = centre_of(home, {}, {}, tree)
    assert tree.get(chosen.organisation_id) is not None
    assert {node.id for node, _ in tree.ordered()} == {node.id for node in tree}

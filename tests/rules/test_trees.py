"""Trees of rows: parents, descendants, and no row below itself."""

import pytest

from app.rules.errors import DomainError
from app.rules.trees import ancestors, check_parent, descendants, keys_above, keys_below

PARENTS = {"shop": "east", "east": "sales", "sales": None, "ring": "other", "other": "ring"}


def children_of(name: str) -> list[str]:
    return [child for child, parent in PARENTS.items() if parent == name]


def test_ancestors_come_from_the_nearest_up() -> None:
    assert list(ancestors("shop", PARENTS.get)) == ["east", "sales"]


def test_a_ring_that_exists_already_ends_the_walk() -> None:
    assert list(ancestors("ring", PARENTS.get)) == ["other"]
    assert list(descendants("ring", children_of)) == ["other"]


def test_descendants_are_everything_below_once() -> None:
    assert sorted(descendants("sales", children_of)) == ["east", "shop"]


@pytest.mark.parametrize("parent", ["sales", "east", "shop"])
def test_a_row_cannot_be_put_below_itself(parent: str) -> None:
    moved = {**PARENTS, "sales": parent}
    with pytest.raises(DomainError) as refused:
        check_parent("sales", moved.get, field="parent")
    assert refused.value.field == "parent"


@pytest.mark.parametrize("name", ["sales", "east", "shop"])
def test_a_tree_is_accepted(name: str) -> None:
    check_parent(name, PARENTS.get, field="parent")


def test_keys_of_a_tree_above_and_below() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 1, 5: None}
    assert keys_above(parents, 3) == {1, 2, 3}
    assert keys_below(parents, [2, 5]) == {2, 3, 5}


def test_a_ring_of_keys_comes_to_an_end() -> None:
    assert keys_above({1: 2, 2: 1}, 1) == {1, 2}
    assert keys_below({1: 2, 2: 1}, [1]) == {1, 2}

"""Nothing happens on nobody's behalf, and nobody acts for longer than they were asked to."""

from threading import Thread

import pytest

from app.lowcode.principal import (
    DataScope,
    NoPrincipal,
    Principal,
    acting_as,
    current,
    current_or_none,
    system,
)


def test_without_anybody_code_is_refused() -> None:
    assert current_or_none() is None
    with pytest.raises(NoPrincipal):
        current()


def test_acting_ends_with_its_block_also_after_an_error() -> None:
    outer, inner = Principal(1, "outer"), Principal(2, "inner")
    with acting_as(outer):
        with pytest.raises(NoPrincipal), acting_as(inner):
            _fail_as(inner)
        assert current() is outer
    assert current_or_none() is None


def _fail_as(principal: Principal) -> None:
    assert current() is principal
    raise NoPrincipal


def test_a_thread_does_not_inherit_who_acts() -> None:
    """A job thread that says nothing must not act for whoever started it."""
    seen: list[Principal | None] = []
    with system("test"):
        thread = Thread(target=lambda: seen.append(current_or_none()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_rights_are_exactly_the_given_pairs() -> None:
    person = Principal(1, "p", permissions=frozenset({("can_list", "Customer")}))
    assert person.can("can_list", "Customer")
    assert not person.can("can_edit", "Customer")
    assert not person.can("can_list", "Contact")


def test_an_entity_nobody_spoke_of_is_out_of_reach() -> None:
    person = Principal(1, "p", scopes={"Customer": DataScope.TEAM})
    assert person.reaches("Customer") == {DataScope.TEAM}
    assert person.reaches("Deal") == frozenset()


@pytest.mark.parametrize(
    "principal", [Principal(1, "a", is_administrator=True), Principal(None, "s", is_system=True)]
)
def test_administrators_and_the_product_reach_everything(principal: Principal) -> None:
    assert principal.sees_all
    assert principal.can("can_delete", "Anything")
    assert principal.reaches("Anything") == {DataScope.ALL}

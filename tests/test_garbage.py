"""How often Python looks for garbage, and that it goes on doing so."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from app import garbage


class Knot:
    """Refers to itself: only a look for garbage finds that it is gone."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_while_the_product_is_loaded_nothing_is_looked_through() -> None:
    with garbage.none_expected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_start_that_fails_does_not_end_the_looking() -> None:
    with pytest.raises(LookupError), garbage.none_expected():
        raise LookupError
    assert gc.isenabled()


def test_a_product_that_is_gone_leaves_no_memory_behind() -> None:
    with garbage.none_expected():
        gone = weakref.ref(Knot())
    assert gone() is not None
    gc.collect()
    assert gone() is None


def test_after_an_import_pages_have_the_measure_they_had() -> None:
    garbage.keep_what_is_loaded()
    before = gc.get_threshold()
    with garbage.little_expected():
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before


def test_of_two_imports_at_a_time_none_leaves_its_own_measure() -> None:
    garbage.keep_what_is_loaded()
    before = gc.get_threshold()
    first, second = garbage.little_expected(), garbage.little_expected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before

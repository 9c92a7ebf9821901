"""The formulas of the chain: everything an entry tells is in its digest, and nothing twice."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rules.audit import (
    GENESIS,
    AuditAction,
    canonical,
    entry_digest,
    is_sealed,
    seal,
    values_digest,
)

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "previous": GENESIS,
    "sequence": 1,
    "moment": MOMENT,
    "user_id": 7,
    "row": ("Customer", 5),
    "action": AuditAction.UPDATE,
    "values": "ab",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@pytest.mark.parametrize(
    "other",
    [
        {"previous": "1" * 64},
        {"sequence": 2},
        {"moment": MOMENT + timedelta(microseconds=1)},
        {"user_id": None},
        {"row": ("Customer", 6)},
        {"row": ("Contact", 5)},
        {"row": ("Customer", None)},
        {"action": AuditAction.DELETE},
        {"values": "ac"},
    ],
)
def test_every_part_of_an_entry_is_in_its_digest(other: dict[str, Any]) -> None:
    assert entry_digest(**{**ENTRY, **other}) != entry_digest(**ENTRY)


def test_the_same_moment_is_the_same_whatever_its_zone() -> None:
    moved = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert entry_digest(**{**ENTRY, "moment": moved}) == entry_digest(**ENTRY)


def test_an_action_is_its_code() -> None:
    assert entry_digest(**{**ENTRY, "action": "update"}) == entry_digest(**ENTRY)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_a_value_is_the_same_after_a_way_through_the_database(value: Any) -> None:
    assert canonical(json.loads(json.dumps(value))) == canonical(value)


def test_the_order_of_keys_says_nothing_and_the_salt_everything() -> None:
    assert values_digest("s", {"a": 1, "b": 2}) == values_digest("s", {"b": 2, "a": 1})
    assert values_digest("s", {"a": 1}) != values_digest("t", {"a": 1})
    assert values_digest("s", {"a": 1}) != values_digest("s", {"a": "1"})


def test_a_seal_holds_under_the_present_key_and_those_before_it() -> None:
    made = seal("old", [1, "x"])
    assert is_sealed(made, ("new", "old"), [1, "x"])
    assert not is_sealed(made, ("new",), [1, "x"])
    assert not is_sealed(made, ("old",), [2, "x"])
    assert not is_sealed("", ("old",), [1, "x"])

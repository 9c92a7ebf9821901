"""A mapping says which column is which field, and survives being kept as JSON."""

import pytest
from sqlalchemy.orm import Session

from app.lowcode.importing.choosing import keep_mapping, kept_names, mapping_for, mapping_named
from app.lowcode.importing.mapping import Mapping, Source, column_names, find_columns
from app.lowcode.importing.targets import (
    check_mapping,
    guess,
    refers_to_itself,
    screen_for,
    targets_of,
)
from app.rules.errors import InvalidInput
from app.rules.imports import ImportMode

WHOLE = Mapping(
    "customers",
    {
        "name": Source(column="Company"),
        "code": Source(text="NW-{ID}"),
        "kind": Source(text="company"),
        "do_not_contact": Source(column="Mail", values={"0": "yes"}),
        "region": Source(column="Area", by="code"),
        "addresses[1].city": Source(column="City", replace={"-": " "}, decides=True),
    },
    match=("code",),
    mode=ImportMode.UPDATE,
    date_order="dmy",
    empty=("NULL", "-"),
    keep_filled=True,
    overflow="Address",
    create_missing=("region",),
    group=("Area",),
    corrections={"City": {"Berln": "Berlin"}},
)


def test_a_mapping_is_the_same_after_it_was_kept_as_json() -> None:
    assert Mapping.from_json(WHOLE.to_json()) == WHOLE


def test_a_mapping_names_every_column_it_needs_once() -> None:
    assert WHOLE.columns == ["Company", "ID", "Mail", "Area", "City", "Address"]


@pytest.mark.parametrize(
    "content",
    [
        "text",
        {},
        {"resource": "customers"},
        {"resource": "customers", "fields": []},
        {"resource": "customers", "fields": {"name": 5}},
        {"resource": "customers", "fields": {"name": {}}},  # neither column nor text
        {"resource": "customers", "fields": {"name": {"column": "a", "text": "b"}}},
        {"resource": "customers", "fields": {"name": {"column": "a", "by": "id"}}},
        {"resource": "customers", "fields": {"name": {"other": "a"}}},
        {"resource": "customers", "fields": {}, "mode": "delete"},
        {"resource": "customers", "fields": {}, "date_order": "yxz"},
        {"resource": "customers", "fields": {}, "unknown": 1},
    ],
)
def test_what_is_no_mapping_is_refused(content: object) -> None:
    with pytest.raises(InvalidInput):
        Mapping.from_json(content)


@pytest.mark.parametrize(
    ("source", "texts", "filled"),
    [
        (Source(text="{a} {b}"), {"a": "Nancy", "b": "Davolio"}, "Nancy Davolio"),
        (Source(text="x-{a}"), {"a": ""}, ""),  # nothing to say without its columns
        (Source(text="{a}-{b}"), {"a": "1", "b": ""}, "1-"),
        (Source(text="company"), {}, "company"),
    ],
)
def test_a_text_is_filled_from_its_columns(
    source: Source, texts: dict[str, str], filled: str
) -> None:
    assert source.fill(texts) == filled


def test_every_column_has_a_name_of_its_own() -> None:
    assert column_names(["a", "", "a", ""]) == ["a", "#2", "a #3", "#4"]


def test_columns_are_found_whatever_their_case_width_and_blanks() -> None:
    names = ["Company Name", "ｃｏｄｅ"]
    assert find_columns(["companyname", "Code"], names) == {"companyname": 0, "Code": 1}


def test_missing_columns_are_named() -> None:
    with pytest.raises(InvalidInput, match="Fax"):
        find_columns(["Phone", "Fax"], ["Phone"])


@pytest.mark.parametrize(
    "header",
    [
        ["客户名称", "客户编号", "手机", "详细地址", "城市", "级别"],
        ["Company", "Customer ID", "Phone", "Address", "City", "Tier"],
    ],
)
def test_a_header_in_either_language_is_understood(session: Session, header: list[str]) -> None:
    mapping = mapping_for(screen_for("customers"), header)
    assert {path: source.column for path, source in mapping.fields.items()} == {
        "name": header[0],
        "code": header[1],
        "phone": header[2],
        "addresses.street": header[3],
        "addresses.city": header[4],
        "tier": header[5],
    }


def test_a_file_of_something_else_needs_a_mapping(session: Session) -> None:
    with pytest.raises(InvalidInput):
        mapping_for(screen_for("customers"), ["zzz", "qqq"])


@pytest.mark.parametrize("resource", ["customers", "contacts", "products", "suppliers", "teams"])
def test_the_headers_of_our_own_template_are_all_understood(
    session: Session, resource: str
) -> None:
    view = screen_for(resource)
    targets = targets_of(view)
    guessed = guess(view, [target.label for target in targets.values()])
    assert {path: source.column for path, source in guessed.fields.items()} == {
        path: target.label for path, target in targets.items()
    }


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping("customers", {"nothing": Source(column="a"), "name": Source(column="b")}),
        Mapping("customers", {"name_key": Source(column="a"), "name": Source(column="b")}),
        Mapping("customers", {"code": Source(column="a")}),  # new rows need a name
        Mapping("customers", {"name": Source(column="a")}, match=("version",)),
        Mapping("customers", {"name": Source(column="a")}, create_missing=("phone",)),
        Mapping("customers", {"name": Source(column="a")}, create_missing=("owner",)),
    ],
)
def test_a_mapping_that_does_not_fit_the_screen_is_refused(
    session: Session, mapping: Mapping
) -> None:
    with pytest.raises(InvalidInput):
        check_mapping(screen_for("customers"), mapping)


def test_rows_that_point_at_their_own_kind_are_recognised(session: Session) -> None:
    view = screen_for("teams")
    fields = {"code": Source(column="a"), "parent": Source(column="b")}
    assert refers_to_itself(view, Mapping("teams", fields))
    assert not refers_to_itself(view, Mapping("teams", {"code": Source(column="a")}))


def test_a_kept_mapping_is_found_by_its_name_and_replaced_by_the_next(session: Session) -> None:
    keep_mapping(session, "北风", WHOLE)
    shorter = Mapping("customers", {"name": Source(column="Company")})
    keep_mapping(session, "北风", shorter)
    assert kept_names(session, "customers") == ["北风"]
    assert mapping_named(session, "customers", "北风") == shorter


@pytest.mark.parametrize("name", ["nowhere", "../secrets", ""])
def test_a_mapping_nobody_kept_is_refused(session: Session, name: str) -> None:
    with pytest.raises(InvalidInput):
        mapping_named(session, "customers", name)

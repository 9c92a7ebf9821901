"""Two people edit one record: both are seen, what fits is put together, nothing is lost."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.entities.customers import Customer, CustomerAddress, Tag
from app.rules.customers import Tier
from tests.callers import inside
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")
#: together 200 saves of forms that were opened at the same version
ROUNDS, EDITORS = 25, 8


@pytest.fixture
def key(app: Flask) -> int:
    """A customer with two addresses and a tag."""
    with inside(app) as session:
        customer = Customer(name="示例公司", tier=Tier.ORDINARY, notes="as it was")
        customer.addresses = [
            CustomerAddress(street="Street 1"),
            CustomerAddress(street="Street 2"),
        ]
        customer.tags = [Tag(name="Old")]
        session.add_all([customer, Tag(name="Mine"), Tag(name="Theirs")])
        session.flush()
        return customer.id


@pytest.fixture
def two(visitor: Visitors) -> tuple[Visitor, Visitor]:
    return tuple(visitor("administrator", locale="en", name=name) for name in ("Ann", "Ben"))


def opened(person: Visitor, key: int) -> dict[str, str]:
    return of_page(person.get(f"/customers/{key}/edit").text, key)


def of_page(page: str, key: int) -> dict[str, str]:
    fields = fields_of(page, f"/customers/{key}/edit")
    fields.pop("csrf_token")
    return {name: value for name, value in fields.items() if "__index__" not in name}


def save(person: Visitor, key: int, form: dict[str, str], **typed: str) -> Any:
    return person.post(f"/customers/{key}/edit", **form | typed)


def look(app: Flask, key: int, *names: str) -> list[Any]:
    with inside(app) as session:
        row = session.get_one(Customer, key)
        return [getattr(row, name) for name in names]


def streets(app: Flask) -> list[str | None]:
    with inside(app) as session:
        return list(session.scalars(select(CustomerAddress.street).order_by(CustomerAddress.id)))


def offered(page: str, name: str) -> dict[str, bool]:
    """What may be chosen for an input → is it chosen already?"""
    pattern = rf'name="{name}" value="([^"]*)" required( checked)?'
    return {unescape(value): bool(checked) for value, checked in re.findall(pattern, page)}


def test_what_only_one_changed_is_chosen_and_what_both_changed_is_asked(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    assert save(ann, key, opened(ann, key), tier="vip", notes="by Ann").status_code == 302
    answer = save(ben, key, form, name="By Ben", notes="by <Ben>")
    assert answer.status_code == 409
    assert "Ann saved it on" in answer.text
    assert offered(answer.text, "name") == {"By Ben": True, "示例公司": False}
    assert offered(answer.text, "tier") == {"ordinary": False, "vip": True}
    assert offered(answer.text, "notes") == {"by <Ben>": False, "by Ann": False}
    assert "as it was" in answer.text
    chosen = of_page(answer.text, key)
    assert "notes" not in chosen
    assert save(ben, key, chosen, notes="by <Ben>").status_code == 302
    assert look(app, key, "name", "tier", "notes") == ["By Ben", Tier.VIP, "by <Ben>"]


def test_what_the_other_one_saved_may_be_chosen_too(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    save(ann, key, opened(ann, key), notes="by Ann")
    page = save(ben, key, form, notes="by Ben").text
    assert save(ben, key, of_page(page, key), notes="by Ann").status_code == 302
    assert look(app, key, "notes") == ["by Ann"]


def test_a_third_save_in_between_is_compared_again(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    save(ann, key, opened(ann, key), notes="by Ann")
    chosen = of_page(save(ben, key, form, notes="by Ben").text, key)
    save(ann, key, opened(ann, key), notes="by Ann again")
    answer = save(ben, key, chosen, notes="by Ben")
    assert answer.status_code == 409
    assert offered(answer.text, "notes") == {"by Ben": False, "by Ann again": False}
    assert look(app, key, "notes") == ["by Ann again"]


def test_lines_are_compared_line_by_line(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    usual = {"kind": form["addresses-0-kind"], "country": form["addresses-0-country"]}
    added = {f"addresses-2-{n}": v for n, v in (usual | {"street": "added by Ann"}).items()}
    save(ann, key, opened(ann, key), **{"addresses-0-street": "moved by Ann"}, **added)
    mine = {"addresses-1-street": "moved by Ben"}
    mine |= {f"addresses-7-{n}": v for n, v in (usual | {"street": "added by Ben"}).items()}
    answer = save(ben, key, form, **mine)
    assert answer.status_code == 409
    assert offered(answer.text, "addresses-0-street") == {"moved by Ann": True, "Street 1": False}
    assert offered(answer.text, "addresses-1-street") == {"moved by Ben": True, "Street 2": False}
    assert save(ben, key, of_page(answer.text, key)).status_code == 302
    assert sorted(map(str, streets(app))) == [
        "added by Ann", "added by Ben", "moved by Ann", "moved by Ben",
    ]  # fmt: skip


@pytest.mark.parametrize("drop", ["", "1"])
def test_a_line_that_one_removed_and_the_other_changed_is_asked_about(
    app: Flask, two: tuple[Visitor, Visitor], key: int, drop: str
) -> None:
    ann, ben = two
    form = {name: v for name, v in opened(ben, key).items() if not name.startswith("addresses-0")}
    save(ann, key, opened(ann, key), **{"addresses-0-street": "moved by Ann"})
    page = save(ben, key, form).text
    # The lines follow in Ben's order; the removed one comes last.
    assert offered(page, "addresses-1-drop") == {"1": False, "": False}
    assert save(ben, key, of_page(page, key), **{"addresses-1-drop": drop}).status_code == 302
    assert set(streets(app)) == {"Street 2"} | (set() if drop else {"moved by Ann"})


def test_a_line_removed_by_the_other_one_stays_removed_unless_it_was_changed(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    without = {n: v for n, v in opened(ann, key).items() if not n.startswith("addresses-")}
    assert save(ann, key, without).status_code == 302
    page = save(ben, key, form, **{"addresses-1-street": "moved by Ben"}).text
    assert offered(page, "addresses-0-drop") == {"": False, "1": True}
    assert offered(page, "addresses-1-drop") == {"": False, "1": False}
    assert save(ben, key, of_page(page, key), **{"addresses-1-drop": ""}).status_code == 302
    assert streets(app) == ["moved by Ben"]


def test_tags_of_both_are_put_together(app: Flask, two: tuple[Visitor, Visitor], key: int) -> None:
    ann, ben = two
    with inside(app) as session:
        ids = {tag.name: str(tag.id) for tag in session.scalars(select(Tag))}
    address = f"/customers/{key}/edit"
    form = opened(ben, key)
    token = ann.token()
    theirs = {**opened(ann, key), "tags": [ids["Theirs"]], "csrf_token": token}
    assert ann.post_raw(address, data=theirs).status_code == 302
    mine = {**form, "tags": [ids["Old"], ids["Mine"]], "csrf_token": ben.token()}
    answer = ben.post_raw(address, data=mine)
    assert answer.status_code == 409
    sent = re.findall(r'type="hidden" name="tags" value="(\d+)"', answer.text)
    assert set(sent) == {ids["Mine"], ids["Theirs"]}  # the old one was taken out by Ann


def test_a_change_that_the_form_does_not_show_is_in_nobodys_way(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    _ann, ben = two
    form = opened(ben, key)
    with inside(app) as session:
        session.execute(text("UPDATE customer SET version = version + 1"))
    assert save(ben, key, form, notes="by Ben").status_code == 302
    assert look(app, key, "notes", "version") == ["by Ben", 3]


def test_the_same_save_twice_is_one(app: Flask, two: tuple[Visitor, Visitor], key: int) -> None:
    _ann, ben = two
    form = opened(ben, key) | {"notes": "by Ben"}
    assert [save(ben, key, form).status_code for _ in range(3)] == [302] * 3
    assert look(app, key, "notes", "version") == ["by Ben", 2]


@pytest.mark.parametrize("base", ["", "null", "[1]", '{"fields": 3, "lines": []}', "{", "{}"])
def test_without_knowing_what_was_there_everything_is_asked(
    app: Flask, two: tuple[Visitor, Visitor], key: int, base: str
) -> None:
    ann, ben = two
    form = opened(ben, key)
    save(ann, key, opened(ann, key), tier="vip")
    page = save(ben, key, form, notes="by Ben", base=base).text
    assert offered(page, "tier") == {"ordinary": False, "vip": False}
    assert offered(page, "notes") == {"by Ben": False, "as it was": False}
    assert look(app, key, "notes", "tier") == ["as it was", Tier.VIP]


@pytest.mark.parametrize("version", [None, "", "0", "x", "999999999999999999999"])
def test_a_form_without_its_version_overwrites_nothing(
    app: Flask, two: tuple[Visitor, Visitor], key: int, version: str | None
) -> None:
    _ann, ben = two
    form = {"csrf_token": ben.token(), "name": "By Ben", "kind": "company"}
    form |= {} if version is None else {"version": version}
    answer = ben.post_raw(f"/customers/{key}/edit", data=form)
    assert answer.status_code == 409
    assert look(app, key, "name", "version") == ["示例公司", 1]


def test_going_on_with_the_form_loses_nothing(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    save(ann, key, opened(ann, key), tier="vip")
    chosen = of_page(save(ben, key, form, notes="by Ben").text, key)
    answer = save(ben, key, chosen, review="1")
    assert answer.status_code == 200
    again = of_page(answer.text, key)
    assert (again["notes"].strip(), again["tier"]) == ("by Ben", "vip")
    assert look(app, key, "notes") == ["as it was"]
    assert save(ben, key, again, name="By Ben").status_code == 302
    assert look(app, key, "notes", "tier", "name") == ["by Ben", Tier.VIP, "By Ben"]


def test_a_refused_form_is_still_one_of_the_version_it_was_opened_with(
    app: Flask, two: tuple[Visitor, Visitor], key: int
) -> None:
    ann, ben = two
    form = opened(ben, key)
    refused = save(ben, key, form, name="", notes="by Ben")
    assert refused.status_code == 422
    save(ann, key, opened(ann, key), notes="by Ann")
    answer = save(ben, key, of_page(refused.text, key), name="示例公司")
    assert answer.status_code == 409
    assert look(app, key, "notes") == ["by Ann"]


def test_of_editors_at_the_same_moment_one_saves_and_all_others_are_told(
    app: Flask, visitor: Visitors, key: int
) -> None:
    person = visitor("administrator", locale="en")
    address = f"/customers/{key}/edit"
    opened(person, key)
    tabs = [person.other_tab() for _ in range(EDITORS)]
    told = 0

    def send(tab: Visitor, form: dict[str, str]) -> int:
        return tab.post_raw(address, data=form).status_code

    with ThreadPoolExecutor(EDITORS) as pool:
        for number in range(ROUNDS):
            form = {**opened(person, key), "csrf_token": person.token()}
            forms = [{**form, "notes": f"{number} by {editor}"} for editor in range(EDITORS)]
            codes = list(pool.map(send, tabs, forms))
            assert sorted(codes) == [302] + [409] * (EDITORS - 1)
            told += codes.count(409)
            winner = forms[codes.index(302)]["notes"]
            assert look(app, key, "notes", "version") == [winner, number + 2]
    assert told == ROUNDS * (EDITORS - 1)

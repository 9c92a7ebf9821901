"""The columns of a list: what may be chosen, what an address says, and what goes into files."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.entities.customers import Customer
from app.entities.system.user import Role
from app.lowcode.security.field_levels import write_levels
from app.rules.masking import FieldLevel
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def boss(app: Flask, visitor: Visitors) -> Visitor:
    with inside(app) as session:
        session.add(Customer(name="Blue Ltd", phone="13800138000", credit_limit=5000))
    return visitor("administrator", locale="en")


def heads(page: str) -> list[str]:
    return re.findall(r'<th scope="col" data-col="([^"]+)"', page)


def test_an_address_says_which_columns_in_which_order(boss: Visitor) -> None:
    page = boss.get("/customers/?cols=phone,name,created_on").text
    assert heads(page) == ["phone", "name", "created_on"]
    assert "<colgroup" not in page


def test_one_width_gives_every_column_a_width(boss: Visitor) -> None:
    page = boss.get("/customers/?cols=name:300,phone").text
    assert re.findall(r'<col width="(\d+)"', page) == ["300", "150"]
    assert 'class="sheet sized"' in page


def test_the_address_is_carried_by_every_link(boss: Visitor) -> None:
    page = boss.get("/customers/?cols=name:300,phone").text
    sort = re.search(r'href="(/customers/\?[^"]*sort=[^"]*)"', page)
    assert sort is not None
    assert "cols=name%3A300,phone" in sort[1]
    assert 'name="cols" value="name:300,phone"' in page


@pytest.mark.parametrize("cols", ["password", "owner.password", "id,name", "<b>", "," * 5000])
def test_what_is_no_column_is_told_and_left_out(boss: Visitor, cols: str) -> None:
    answer = boss.get("/customers/", query_string={"cols": cols})
    assert answer.status_code == 200
    assert "name" in heads(answer.text)
    assert ("There is no column" in answer.text) is (cols.strip(",") != "")


def test_files_hold_the_columns_of_the_list(boss: Visitor) -> None:
    rows = list(csv.reader(io.StringIO(boss.get("/customers/export.csv?cols=phone,name").text)))
    assert [row[:2] for row in rows][-1] == ["13800138000", "Blue Ltd"]
    assert boss.get("/customers/export.csv?cols=password").status_code == 409


def test_the_chooser_offers_what_the_screen_knows(boss: Visitor) -> None:
    part = boss.get("/customers/columns?cols=phone,name", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    boxes = re.findall(r'name="col" value="([^"]+)"( checked)?', part)
    assert [name for name, checked in boxes if checked] == ["phone", "name"]
    assert {"tier", "created_on", "credit_limit"} <= {
        name for name, checked in boxes if not checked
    }


def test_the_chooser_works_without_scripts(boss: Visitor) -> None:
    assert "<html" in boss.get("/customers/columns").text
    form = "/customers/columns/apply?f.tier=vip&col=name&col=phone&width.name=200&col=nonsense"
    to_list = boss.get(form).location
    assert to_list == "/customers/?f.tier=vip&cols=name%3A200,phone"
    moved = boss.get(f"{form}&up=phone").location
    assert moved == "/customers/columns?f.tier=vip&cols=phone,name%3A200"


def test_columns_that_a_role_may_not_read_are_not_offered(app: Flask, visitor: Visitors) -> None:
    seller = visitor("sales", locale="en")
    with inside(app) as session:
        session.add(Customer(name="Mine", phone="13800138000", owner_id=seller.user_id))
        role = session.query(Role).filter_by(name="sales").one()
        write_levels(session, role, {("Customer", "phone"): FieldLevel.NONE})
    assert 'value="phone"' not in seller.get("/customers/columns").text
    page = seller.get("/customers/?cols=name,phone").text
    assert "There is no column phone here." in page
    assert "13800138000" not in page
    assert seller.get("/customers/export.csv?cols=name,phone").status_code == 409

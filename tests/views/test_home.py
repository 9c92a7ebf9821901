"""The start page of each role: every figure is the one that its list shows."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.sales.deal import Deal
from app.entities.system.user import User
from app.entities.types import now_utc
from app.lowcode.figures import Figure
from app.services.sales.deals import check_deal
from app.views.home import FIGURES, HOMES
from seed import demo, reference
from tests.callers import inside
from tests.visitors import Visitor

TILE = re.compile(r'<a class="card tile" href="([^"]+)"><span class="label">.*?</i>([^<]+)</span>')
VALUE = re.compile(r"<strong>([^<]+?)(?: <small>([\d,]+) rows</small>)?</strong>")
COUNT = re.compile(r'id="list-count">([\d,]+)<')
TOTAL = re.compile(r'<td class="[^"]*has-total"[^>]*>([^<]+)<')


def tiles_of(person: Visitor) -> dict[str, tuple[str, str, str]]:
    """Label → (address of the list, value, number of rows beside it)."""
    page = person.get("/").text
    found = {}
    for part in page.split('<a class="card tile"')[1:]:
        address, label = TILE.match('<a class="card tile"' + part).groups()
        found[unescape(label)] = (unescape(address), *VALUE.search(part).groups(default=""))
    return found


def check(person: Visitor, figure: Figure, address: str, value: str, rows: str) -> None:
    answer = person.get(address)
    assert answer.status_code == 200, address
    count = COUNT.search(answer.text)
    assert count, address
    if figure.sum is None:
        assert value == count[1], address
        return
    assert not figure.with_count or rows == count[1], address
    totals = TOTAL.findall(answer.text)
    # A list without rows has no line of totals; rows without an amount have nothing to add up.
    assert value in totals or (not totals and value in {"0.00", "—"}), (address, totals)


def test_every_figure_of_every_role_is_the_one_of_its_list(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    people = {"administrator": visitor("administrator", locale="en")}
    with inside(app) as session:
        known = session.get_one(User, people["administrator"].user_id).password
        reference.seed(session)
        session.flush()
        shown = {name: role for name, role, _password in demo.fill(session, lambda _line: None)}
        for user in session.scalars(select(User).where(User.username.in_(shown))):
            user.password, user.locale = known, "en"
        keys = dict(map(tuple, session.execute(select(User.username, User.id))))
    for name, role in shown.items():
        people[role] = Visitor(app)
        people[role].sign_in(name, keys[name])
    assert people.keys() == HOMES.keys()
    by_label = {str(figure.label): figure for figure in FIGURES.values()}
    filled = set()
    for role, person in people.items():
        tiles = tiles_of(person)
        assert len(tiles) == len(HOMES[role].figures), role
        for label, tile in tiles.items():
            check(person, by_label[label], *tile)
            if tile[1] not in {"0", "0.00", "—"}:
                filled.add(label)
    assert len(filled) > len(FIGURES) * 2 / 3, "the sample company has something to count"


@pytest.mark.usefixtures("database")
def test_deals_without_an_amount_are_counted_and_not_called_zero(
    app: Flask, visitor: Callable[..., Visitor]
) -> None:
    with inside(app) as session:
        reference.seed(session)
    person = visitor("sales_manager", locale="en")
    assert tiles_of(person)["Open deals"][1:] == ("0.00", "0")
    with inside(app) as session:
        deal = Deal(title="示例商机", owner_id=person.user_id)
        check_deal(session, deal, is_new=True, by_id=None, now=now_utc())
        session.add(deal)
    assert tiles_of(person)["Open deals"][1:] == ("—", "1")

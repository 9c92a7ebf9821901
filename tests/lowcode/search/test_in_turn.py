"""Words that very many rows hold: the rows of a page are asked in turn, and are the same ones."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.entities.customers import Customer
from app.lowcode import listing
from app.lowcode.list_state import Listable, ListState
from app.lowcode.search import in_turn
from app.rules.customers import Tier
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def in_turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every word counts as common; the models whose rows were asked in turn."""
    asked: list[str] = []

    def noted(searched, query, key):  # type: ignore[no-untyped-def]
        asked.append(searched.model.__name__)
        return written_in(searched, query, key)

    written_in = in_turn.written_in
    monkeypatch.setattr(in_turn, "written_in", noted)
    monkeypatch.setattr(in_turn, "MANY", 0)
    monkeypatch.setattr(in_turn, "FEW", 0)
    return asked


def shown(person: Visitor, typed: str, **asked: str) -> list[str]:
    page = person.get("/customers/", query_string={"q": typed, "cols": "name", **asked}).text
    return re.findall(r">(\w+医药\w*)<", page)


def fill(app: Flask, owner: int | None = None) -> None:
    with inside(app) as session:
        for n, tier in enumerate([Tier.VIP, Tier.ORDINARY, Tier.VIP, Tier.ORDINARY]):
            name, phone = f"上海{'甲乙丙丁'[n]}医药集团", f"1391234567{n}"
            session.add(Customer(name=name, phone=phone, tier=tier, owner_id=owner))
            session.flush()
        session.add(Customer(name="北京华瑞物流", code="YY-1", owner_id=owner))


@pytest.mark.parametrize("typed", ["医药", "医药集团", "药", "yiyao", "shjyyjt", "1234 药"])
def test_whatever_is_typed(app: Flask, visitor: Visitors, in_turns: list[str], typed: str) -> None:
    boss = visitor("administrator")
    fill(app)
    found = shown(boss, typed)
    assert found == ["上海甲医药集团"] if typed == "shjyyjt" else len(found) == 4
    assert in_turns == ["Customer"]


def test_in_the_order_of_the_list_and_from_page_to_page(
    app: Flask, visitor: Visitors, in_turns: list[str]
) -> None:
    boss = visitor("administrator")
    fill(app)
    first = boss.get("/customers/?q=医药&sort=created_on&size=3").text
    assert re.findall(r">上海(.)医药集团<", first) == ["甲", "乙", "丙"]
    (later,) = set(re.findall(r'href="(/customers/\?[^"]*after=[^"]*)"', first))
    second = boss.get(later.replace("&amp;", "&")).text
    assert re.findall(r">上海(.)医药集团<", second) == ["丁"]
    assert in_turns == ["Customer"] * 2


def test_within_reach_and_filters(app: Flask, visitor: Visitors, in_turns: list[str]) -> None:
    seller, other, boss = visitor("sales"), visitor("sales"), visitor("administrator")
    fill(app, seller.user_id)
    assert len(shown(seller, "医药")) == 4
    assert shown(other, "医药") == []
    assert len(shown(boss, "医药", **{"f.tier": "vip"})) == 2


def test_what_is_written_meanwhile_is_found(app: Flask) -> None:
    source, state = Listable(Customer, ("name",), search=("name",)), ListState(q="医药")
    with inside(app) as session:
        assert listing.count(source, state) == 0
        session.add(Customer(name="上海医药"))
        session.flush()
        assert listing.count(source, state) == 1


def test_no_index_leads_along_some_orders(
    app: Flask, visitor: Visitors, in_turns: list[str]
) -> None:
    boss = visitor("administrator")
    fill(app)
    assert len(shown(boss, "医药", sort="owner")) == 4
    assert len(shown(boss, "医药", sort="tier,name")) == 4
    assert in_turns == []


def test_a_long_list_says_how_many_rows_there_are_at_least(
    app: Flask, visitor: Visitors, in_turns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, boss = visitor("sales"), visitor("administrator")
    fill(app, seller.user_id)
    for person in (seller, boss):
        assert counted(person, "size=2") == "3+"
        assert counted(person, "size=2&f.tier=vip,ordinary") == "4"
        assert counted(person, "size=1&f.tier=vip") == "2"
    monkeypatch.setattr(in_turn, "_ASKED", 3)
    assert counted(boss, "size=1&f.tier=vip,ordinary") in {"2+", "3+"}
    monkeypatch.setattr(in_turn, "MANY", 4)
    assert counted(boss, "size=1") == counted(seller, "size=1") == "4"


def counted(person: Visitor, asked: str) -> str:
    page = person.get(f"/customers/?q=医药&{asked}").text
    found = re.search(r'id="list-count"[^>]*>([^<]*)<', page)
    assert found
    return found[1]

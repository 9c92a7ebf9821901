"""Every address × everybody who may knock: nobody is let in further than the table says.

The addresses come from the product's own map and the declared screens: a new one fails here until
it stands in `doors`.
"""

from collections.abc import Callable, Iterator

import pytest
from flask_appbuilder import Model
from sqlalchemy import Connection

from app.extensions import db, reading
from app.views import MENU
from tests.access.door import ABSENT, CLOSED, Probe
from tests.access.doors import FOR_ONE, ONLY_ADMINISTRATORS, PERSONAL, probes
from tests.access.world import Asker, Company

SCREENS = sorted(
    view.datamodel.obj.__name__
    for area in MENU
    for view in area.views
    if getattr(view, "datamodel", None) is not None
)
#: Tables that tell what was tried and opened, not what is there.
TRAILS = ("audit", "session", "login_attempt", "recently_viewed")


def test_every_address_stands_in_the_table(company: Company) -> None:
    forgotten = [told for _entity, told, found in probes(company.app) if found is None]
    assert not forgotten


@pytest.fixture(scope="module")
def _founded() -> dict[str, dict[str, int]]:
    """By database: what stands in the tables before each test."""
    return {}


@pytest.fixture
def before(company: Company, database: str, _founded: dict[str, dict[str, int]]) -> dict[str, int]:
    if database not in _founded:
        _founded[database] = content(company)
    return _founded[database]


@pytest.mark.parametrize("entity", ["", *SCREENS])
def test_nobody_is_let_in_who_should_not_be(
    company: Company, before: dict[str, int], entity: str
) -> None:
    """Refusals first, and whoever was refused has changed nothing."""
    wrong = [
        (who, told, answer)
        for probe, told in _probes_of(company, entity)
        for who, answer, expected in _refusals(company, probe)
        if answer not in expected
    ]
    assert not wrong
    assert content(company) == before


@pytest.mark.parametrize("entity", ["", *SCREENS])
def test_whoever_may_read_is_let_in_and_changes_nothing(
    company: Company, before: dict[str, int], entity: str
) -> None:
    reading = [pair for pair in _probes_of(company, entity) if pair[0].method == "GET"]
    wrong = [
        (who, told, answer)
        for who in ("owner", "boss")
        for probe, told in reading
        if (answer := _let_in(company, who, probe)) not in _expected(who, probe, told)
    ]
    assert not wrong
    assert content(company) == before


@pytest.mark.parametrize("entity", ["", *SCREENS])
def test_whoever_may_change_is_let_in(
    company: Company, put_back: Callable[[], None], entity: str
) -> None:
    wrong = []
    for who in ("owner", "boss"):
        for probe, told in _probes_of(company, entity):
            if probe.method == "GET":
                continue
            answer = _let_in(company, who, probe)
            if answer not in _expected(who, probe, told):
                wrong.append((who, told, answer))
            if answer < 400:
                put_back()
    assert not wrong


def _probes_of(company: Company, entity: str) -> Iterator[tuple[Probe, str]]:
    """Reading first, and what ends a thing last, as the table is ordered."""
    found = [
        (probe, f"{told} {probe.path}")
        for name, told, requests in probes(company.app)
        if name == entity
        for probe in requests or ()
    ]
    return iter(sorted(found, key=lambda pair: pair[0].method != "GET"))


def _let_in(company: Company, who: str, probe: Probe) -> int:
    """The answer to the owner about an own row, to the boss about another's."""
    mine = who == "owner" or probe.entity in PERSONAL
    return _ask(getattr(company, who), company, probe, "own" if mine else "foreign")


def _expected(who: str, probe: Probe, told: str) -> frozenset[int]:
    if who == "boss" and probe.entity in PERSONAL:
        return ABSENT
    if who == "owner" and told.split()[0] in ONLY_ADMINISTRATORS:
        return frozenset({403})
    return probe.door.opened


def _refusals(company: Company, probe: Probe) -> Iterator[tuple[str, int, frozenset[int]]]:
    """(who, answer, expected answers) of everybody who is to be kept out."""
    door = probe.door
    closed = frozenset({403}) | (CLOSED if probe.entity in FOR_ONE else door.opened & ABSENT)
    if door.is_private:
        answer = _ask(company.nobody, company, probe, "own")
        # A page sends people on to the sign-in; `_ask` tells that apart from other addresses.
        yield "nobody", answer, closed | {401}
    if door.rights:
        yield "stranger", _ask(company.stranger, company, probe, "own"), closed
    for right in door.rights:
        if isinstance(right, str):
            answer = _ask(company.lacking[right], company, probe, "own")
            yield f"no {right}", answer, closed
    if probe.is_owned:
        answer = _ask(company.owner, company, probe, "foreign")
        yield "owner, foreign row", answer, ABSENT | (door.opened & CLOSED)


def _ask(asker: Asker, company: Company, probe: Probe, side: str) -> int:
    """The status of the answer; 401 for being sent to sign in, whichever way that is said."""
    method, path, body = probe.request(company, side)
    answer = asker.ask(method, path, **body)
    answer.close()
    is_sent = answer.status_code == 302 and answer.location.startswith("/login/")
    return 401 if is_sent and path != "/logout/" else answer.status_code


def content(company: Company) -> dict[str, int]:
    """What stands in every table, as one number each."""
    names = [name for name in Model.metadata.tables if not any(trail in name for trail in TRAILS)]
    with company.app.app_context(), reading(), db.engine.connect() as connection:
        return {name: hash(_all(connection, name)) for name in names}


def _all(connection: Connection, table: str) -> tuple[str, ...]:
    rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
    return tuple(sorted(map(repr, rows)))

"""Whoever asks, and whichever way: nothing tells of a row that the person's own lists do not show.

People are made at random: how far their role reaches, where they stand, what is shared with them
and what a rule denies. Every row carries a mark; every channel's answer is searched for marks.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.entities.customers import Customer
from app.entities.system.organization import Region, Team
from app.entities.system.row_access import AccessRule, RecordShare
from app.entities.system.user import Role
from app.entities.system.views import Favourite, RecentlyViewed
from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields import resolve
from app.lowcode.fields.relations import RelatedField
from app.lowcode.figures import show
from app.lowcode.principal import acting_as, system
from app.lowcode.screens.columns import declared_columns
from app.lowcode.screens.declare import Board, Calendar, Chart
from app.lowcode.security.identity import principal_for
from app.lowcode.security.permissions import declared_pairs
from app.lowcode.security.rights import write_rights
from app.rules.access import Access, DataScope, RuleEffect
from app.views.home import FIGURES
from tests.access.business import CUSTOMERS, Business, found_business, marks
from tests.access.world import Asker, parents_of
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")

#: entities whose rows belong to people, with those that follow them
RESOURCES = {
    "Customer": "customers",
    "Contact": "contacts",
    "Interaction": "interactions",
    "Ticket": "tickets",
    "Deal": "deals",
    "SalesOrder": "sales-orders",
    "Task": "tasks",
}
OWNED = ("Customer", "Deal", "SalesOrder", "Task")
#: what nobody may do here, so that each example leaves the rows as they were
_CHANGING = {"can_delete", "can_import"}

#: The audit trail tells of every row: its right is that of an auditor.
_TELLING = {"AuditEntry"}

few = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
people = st.fixed_dictionaries(
    {
        "reaches": st.fixed_dictionaries({entity: st.sampled_from(DataScope) for entity in OWNED}),
        "team": st.integers(0, 2),
        "region": st.integers(0, 1),
        "leads": st.booleans(),
        "shared": st.sets(st.integers(0, CUSTOMERS - 1), max_size=2),
        "denied": st.one_of(st.none(), st.integers(0, 1)),
    }
)


@pytest.fixture
def business(app: Flask) -> Business:
    with app.app_context(), system("test"):
        return found_business(db.session())


@few
@given(who=people)
def test_no_channel_tells_more_than_the_list(
    app: Flask, business: Business, who: dict[str, Any]
) -> None:
    asker = hire(app, business, who)
    views = screens(app)
    listed = {
        name: marks(asker.get(f"/{resource}/?size=200").text)
        for name, resource in RESOURCES.items()
    }
    seen = set().union(*listed.values())
    assert {one.split()[0] for one in listed["Customer"]} <= {"Customer"} | set(RESOURCES)
    for name, resource in RESOURCES.items():
        own = {one for one in listed[name] if one.startswith(f"{name} ")}
        for address, text in channels(app, asker, views[name], resource):
            assert marks(text) <= seen, address
        for number, key in business.keys[name].items():
            expected = 200 if f"{name} {number}" in own else 404
            assert asker.get(f"/{resource}/{key}").status_code == expected, (name, number)
            assert asker.get(f"/api/v1/{resource}/{key}").status_code == expected
            change = asker.ask("PATCH", f"/api/v1/{resource}/{key}", json={})
            assert (change.status_code == 404) is (expected == 404), (name, number)
            for child in children_of(views, views[name]):
                part = asker.get(f"/{child.resource}/related/{resource}/{key}")
                assert part.status_code == expected, (child.resource, name, number)
                assert marks(part.text) <= seen, (child.resource, name, number)
    for address in (
        "/", "/palette?q=Mk", "/palette", "/shelf/", "/my-day/", "/funnel/", "/reports/",
        "/bin-entries/",
    ):  # fmt: skip
        assert marks(asker.get(address).text) <= seen, address


@few
@given(who=people)
def test_a_figure_of_the_start_page_equals_the_own_export(
    app: Flask, business: Business, who: dict[str, Any]
) -> None:
    asker = hire(app, business, who)
    views = {view.resource: view for view in registered.screens(app).values()}
    for name, figure in FIGURES.items():
        if figure.average or figure.latest:
            continue
        query = urlencode(figure.query)
        answer = asker.get(f"/{figure.resource}/export.csv?{query}")
        assert answer.status_code == 200, name
        rows = list(csv.reader(StringIO(answer.text.lstrip("\ufeff"))))
        with app.test_request_context(), system("test"):
            label = figure.sum and str(resolve(views[figure.resource].model, figure.sum).label)
        shown = asker.get(f"/api/v1/{figure.resource}?{query}&size=1").json
        assert shown["count"] == len(rows) - 1, name
        if label and label in rows[0]:
            place = rows[0].index(label)
            added = sum((Decimal(row[place] or 0) for row in rows[1:]), Decimal(0))
            assert tile(app, asker, figure) == added, name
        elif not figure.sum:
            assert tile(app, asker, figure) == len(rows) - 1, name


def tile(app: Flask, asker: Asker, figure: Any) -> Decimal:
    """The figure as the product shows it to this person."""
    with app.test_request_context(), system("test"):
        principal = principal_for(asker.user_id or 0)
        with acting_as(principal):
            shown = show(figure)
    assert shown is not None
    amount = shown.text.partition(" · ")[0].replace(",", "")
    return Decimal(0) if amount == "—" else Decimal(amount)


def hire(app: Flask, business: Business, who: dict[str, Any]) -> Asker:
    """A new person as drawn, signed in."""
    with app.app_context(), system("test"):
        session = db.session()
        for old in session.query(AccessRule):
            session.delete(old)
        role = Role(name=f"role {session.query(Role).count()}")
        session.add(role)
        session.flush()
        rights = {
            (right, screen)
            for right, screen in declared_pairs(app)
            if right not in _CHANGING and screen not in _TELLING
        }
        write_rights(session, role, rights, who["reaches"])
        user = make_user(
            session,
            role.name,
            team=session.get(Team, business.teams[who["team"]]),
            region=session.get(Region, business.regions[who["region"]]),
        )
        if who["leads"]:
            session.get_one(type(user), business.people[0]).reports_to = user
        for number in who["shared"]:
            key = business.keys["Customer"][number]
            session.add(
                RecordShare(entity="Customer", entity_id=key, user=user, access=Access.READ)
            )
        if who["denied"] is not None:
            region = str(business.regions[who["denied"]])
            condition = {"field": "region", "op": "in", "value": [region]}
            session.add(
                AccessRule(
                    name="rule", entity=Customer.__name__, effect=RuleEffect.DENY,
                    operation=Access.READ, condition=condition,
                )
            )  # fmt: skip
        # Kept and opened in times when they saw all of it.
        for name in RESOURCES:
            for key in list(business.keys[name].values())[:2]:
                session.add(Favourite(user_id=user.id, entity=name, entity_id=key))
                session.add(RecentlyViewed(user_id=user.id, entity=name, entity_id=key))
        session.commit()
        signing = user.username, user.id
    asker = Asker(app)
    asker.sign_in(*signing)
    return asker


def screens(app: Flask) -> dict[str, Any]:
    return {view.model.__name__: view for view in registered.screens(app).values()}


def children_of(views: dict[str, Any], parent: Any) -> list[Any]:
    return [
        view
        for name, view in views.items()
        if name in RESOURCES and view is not parent and parent in parents_of(view, views)
    ]


def channels(app: Flask, asker: Asker, view: Any, resource: str) -> Iterator[tuple[str, str]]:
    """(address, text) of every way to read many rows of one screen."""
    addresses = [f"/{resource}/?q=Mk", f"/api/v1/{resource}?size=100", f"/api/v1/{resource}/_info"]
    for kind, layout in ((Board, "board"), (Calendar, "calendar"), (Chart, "chart")):
        for index, _declared in enumerate(view.layouts_of(kind)):
            addresses.append(f"/{resource}/?layout={layout}&chart={index}")
            if kind is not Board:
                part = "events?start=2025-01-01&end=2030-01-01&" if kind is Calendar else "chart?"
                addresses.append(f"/{resource}/{part}chart={index}")
    for path in dict.fromkeys([*view.form_columns, *view.filters]):
        if isinstance(resolve(view.model, path).field, RelatedField):
            addresses.append(f"/{resource}/picker/{path}?q=Mk")
    columns = ",".join(declared_columns(view))
    addresses += [f"/{resource}/?cols={columns}&size=200", f"/{resource}/columns?cols={columns}"]
    addresses.append(f"/{resource}/export.csv")
    for address in addresses:
        answer = asker.get(address)
        assert answer.status_code == 200, address
        yield address, answer.text
    yield f"/{resource}/export.pdf", pdf_text(asker.get(f"/{resource}/export.pdf").data)


def pdf_text(data: bytes) -> str:
    pages = PdfReader(BytesIO(data)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")

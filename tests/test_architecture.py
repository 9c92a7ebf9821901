"""What holds for every part of the product, whoever writes the next one."""

import re
import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from flask import Flask, template_rendered
from flask_appbuilder import Model
from importlinter.api import use_cases as import_contracts
from importlinter.configuration import configure as configure_import_linter
from sqlalchemy import Column, Float, Numeric, inspect
from sqlalchemy.orm import Session

import app as product
from app import entities, models
from app.entities.base import Entity, Scope
from app.entities.catalog import Product, ProductCategory, ProductComponent, Unit
from app.entities.customers import Contact, Customer, CustomerSource, Industry, Interaction, Tag
from app.entities.purchasing import Supplier
from app.entities.system.organization import Region, Team
from app.entities.system.user import User
from app.entities.types import Money
from app.extensions import db
from app.lowcode import registered
from app.lowcode.fields import field_of, resolve
from app.lowcode.fields.relations import RelatedField
from app.lowcode.links import links_of
from app.lowcode.naming import resource_of
from app.lowcode.principal import acting_as, system
from app.lowcode.screens import Board, Calendar, Chart, Lines, Section
from app.lowcode.security.identity import principal_for
from app.views import MENU
from seed.roles import ROLES
from tests.visitors import Visitor

ROOT = Path(product.__file__).parent.parent
SCREENS = [view for area in MENU for view in area.views if hasattr(view, "datamodel")]


# tables ---------------------------------------------------------------------------
def test_the_index_of_tables_is_what_is_mapped() -> None:
    for module in walk_packages(entities.__path__, "app.entities."):
        import_module(module.name)
    ours = {
        mapper.class_.__name__
        for mapper in Model.registry.mappers
        if mapper.class_.__module__.startswith("app.entities.")
    }
    ours |= {"User", "Role"}  # Flask-AppBuilder's classes with columns of our own
    assert set(models.__all__) == ours
    assert models.__all__ == sorted(models.__all__)


def test_every_entity_says_whose_its_rows_are() -> None:
    silent = [entity.__name__ for entity in _entities() if not isinstance(_scope(entity), Scope)]
    assert silent == []


def test_every_scope_names_columns_and_relationships_that_exist() -> None:
    for entity in _entities():
        scope = _scope(entity)
        names = inspect(entity).attrs.keys()
        assert scope.parent is None or scope.parent in names, entity
        if scope.owner:
            # People and teams that rows belong to, whatever the columns are called.
            links = links_of(entity)
            assert links[scope.owner].target.__name__ == "User", entity
            assert links[scope.team].target.__name__ == "Team", entity
        if scope.place:
            assert inspect(User).relationships[scope.place].uselist, entity
            for path in scope.at:
                name, _dot, column = path.partition(".")
                target = inspect(entity).relationships[name].mapper.class_ if column else entity
                assert (column or name) in inspect(target).column_attrs, (entity, path)


def test_every_entity_has_the_column_that_names_its_rows() -> None:
    for entity in _entities():
        columns = inspect(entity).column_attrs.keys()
        assert {entity.label_column, entity.code_column} - {None} <= set(columns), entity


def _entities() -> list[type[Any]]:
    return [m.class_ for m in Model.registry.mappers if issubclass(m.class_, Entity)]


def _scope(entity: type[Any]) -> Any:
    return entity.__dict__.get("scope")


def test_every_table_stands_in_the_metadata_that_migrations_compare() -> None:
    assert db.metadata is Model.metadata
    assert {"customer", "customer_tag", "ab_user"} <= set(db.metadata.tables)


def test_money_columns_are_money() -> None:
    """A bare Numeric is a binary float on SQLite."""
    wrong = [
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Float | Numeric)
        or (column.name.endswith("_amount") and not isinstance(column.type, Money))
    ]
    assert wrong == []


# screens --------------------------------------------------------------------------
@pytest.fixture(params=SCREENS, ids=lambda view: view.__name__)
def screen(request: pytest.FixtureRequest, app: Flask) -> Any:
    return registered.screens(app)[request.param.datamodel.obj]


def test_every_declared_column_of_a_screen_exists(screen: Any) -> None:
    model = screen.model
    paths = [*screen.list_columns, *screen.quick_search, *screen.filters, *screen.facts]
    paths += [*screen.order_columns, screen.base_order[0] if screen.base_order else "id"]
    for layout in screen.layouts:
        paths += [layout.column]
        paths += [p for p in (getattr(layout, "sum", None), getattr(layout, "split", None)) if p]
        paths += [p for p in (getattr(layout, "color", None),) if p]
        paths += list(getattr(layout, "card", ()))
    for path in paths:
        assert resolve(model, path), path
    for part in screen.form:
        target = model
        if isinstance(part, Lines):
            target = inspect(model).relationships[part.name].mapper.class_
            names = [name for name in part.columns if name not in part.computed]
            assert set(part.computed) <= set(part.columns)
        else:
            names = list(part.fields)
        for name in (*names, *part.when):
            assert field_of(target if name in names else model, name), name


def test_every_condition_of_a_form_names_codes_that_exist(screen: Any) -> None:
    for part in screen.form:
        for name, codes in part.when.items():
            options = {option.value for option in field_of(screen.model, name).options}
            assert set(codes) <= options, (part, codes)


def test_a_form_asks_for_every_column_that_must_be_filled(screen: Any) -> None:
    if not screen.form:
        return
    filled_elsewhere = _FILLED_ELSEWHERE | _numbered(screen.model)
    asked = {name for part in screen.form if isinstance(part, Section) for name in part.fields}
    columns = inspect(screen.model).columns.items()
    stored = [(name, column) for name, column in columns if isinstance(column, Column)]
    for name, column in stored:
        is_due = not (column.nullable or column.default or column.server_default)
        if is_due and not column.primary_key and name not in getattr(screen.model, "derived", {}):
            bare = name.removesuffix("_id")
            assert {name, bare} & asked or name in filled_elsewhere, name


def _numbered(model: type[Any]) -> set[str]:
    """The column that gets the next number where it is left empty."""
    return {model.code_column} if getattr(model, "number_sequence", None) else set()


#: a password is set by an invitation, never typed into a form
_FILLED_ELSEWHERE = {"version", "password", "first_name", "last_name"}


def test_totals_sums_and_axes_fit_their_columns(screen: Any) -> None:
    kinds = {
        Board: {"choice", "relation"},
        Calendar: {"date", "moment"},
        Chart: {"choice", "relation", "tags", "flag", "date", "moment", "text", "number"},
    }
    numbers = {"money", "number", "quantity"}
    for path in screen.totals:
        assert field_of(screen.model, path).kind in numbers
    for layout in screen.layouts:
        assert field_of(screen.model, layout.column).kind in kinds[type(layout)], layout
        if getattr(layout, "sum", None):
            assert field_of(screen.model, layout.sum).kind in numbers
        if getattr(layout, "split", None):
            assert field_of(screen.model, layout.split).kind == "choice"


def test_related_screens_and_timelines_lead_back(screen: Any, app: Flask) -> None:
    with app.app_context():
        tabs, events = screen.related_screens(), screen.screens_named(screen.timeline)
    assert len(tabs) == len(screen.related_views)
    assert len(events) == len(screen.timeline)
    for child in tabs:
        relation = child.relation_to(screen.model)
        assert relation, child.resource
        assert relation in child.filters, f"{child.resource} cannot be filtered by {relation}"
    for child in events:
        assert child.relation_to(screen.model), child.resource


def test_imports_match_by_columns_of_the_form(screen: Any) -> None:
    assert set(screen.match_keys) <= {*screen.form_columns, *_numbered(screen.model)}


def test_titles_and_labels_are_translated_when_they_are_shown(screen: Any, app: Flask) -> None:
    titles = {}
    for language in ("zh", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            titles[language] = (
                str(screen.list_title),
                str(resolve(screen.model, _first(screen)).label),
            )
    assert titles["zh"] != titles["en"]


def _first(screen: Any) -> str:
    return str(screen.list_columns[0])


def test_resources_and_permission_names_are_unique_and_stable(app: Flask) -> None:
    screens = registered.screens(app)
    assert len({view.resource for view in screens.values()}) == len(screens)
    for model, view in screens.items():
        assert view.resource == resource_of(model)
        assert view.class_permission_name == model.__name__
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", view.resource)


# every page of every role ---------------------------------------------------------
@pytest.fixture
def one_of_each(app: Flask) -> None:
    """A row on every screen, and rows around the customer to fill tabs, boards and charts."""
    with app.app_context(), system("test"):
        session: Session = db.session()
        region, unit = Region(code="N", name="华北"), Unit(code="pc", name="件")
        session.add_all([region, unit, Tag(name="重点"), Industry(code="i", name="制造")])
        session.add_all([CustomerSource(code="s", name="展会"), Team(code="t", name="一队")])
        supplier = Supplier(code="S1", name="示例供应商", region=region)
        category = ProductCategory(code="c", name="饮料")
        part = Product(code="P1", name="茶", unit=unit, category=category, supplier=supplier)
        whole = Product(code="P2", name="茶礼盒", unit=unit, category=category)
        whole.components.append(ProductComponent(component=part, quantity=2))
        customer = Customer(name="示例公司", region=region)
        contact = Contact(name="张三", customer=customer)
        talk = Interaction(subject="电话", customer=customer, contact=contact)
        session.add_all([supplier, whole, customer, contact, talk])
        session.commit()


@pytest.fixture
def rendered(app: Flask) -> Iterator[list[str]]:
    """The names of all templates that were rendered."""
    names: list[str] = []

    def note(_sender: Any, template: Any, **_extra: Any) -> None:
        names.append(template.filename or template.name or "")

    with template_rendered.connected_to(note, app):
        yield names


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_may_open_opens(
    app: Flask,
    one_of_each: None,
    visitor: Callable[..., Visitor],
    rendered: list[str],
    role: str,
) -> None:
    person = visitor(role, locale="en" if role == "sales" else "zh")
    with app.app_context():
        principal = principal_for(person.user_id or 0)
        with app.test_request_context(), acting_as(principal):
            pages = [page for view in registered.screens(app).values() for page in _pages(view)]
    assert pages
    failed = []
    for page in pages:
        answer = person.get(page)
        if answer.status_code != 200 and not (answer.status_code == 404 and "/1" in page):
            failed.append((page, answer.status_code))
    assert failed == []
    outside = [name for name in rendered if not name.startswith(str(ROOT / "app/templates"))]
    assert outside == [], "templates of Flask-AppBuilder's own bring scripts and links of theirs"


def _pages(view: Any) -> Iterator[str]:
    base = f"/{view.resource}"
    if view.may("can_list"):
        yield f"{base}/"
        for kind in (Board, Calendar, Chart):
            for index in range(len(view.layouts_of(kind))):
                yield f"{base}/?layout={kind.__name__.lower()}&chart={index}"
        for index in range(len(view.layouts_of(Chart))):
            yield f"{base}/chart?chart={index}"
        for index in range(len(view.layouts_of(Calendar))):
            yield f"{base}/events?chart={index}&start=2026-01-01&end=2027-01-01"
        for path in {*view.filters, *view.form_columns}:
            if isinstance(resolve(view.model, path).field, RelatedField):
                yield f"{base}/picker/{path}"
    if view.may("can_show"):
        yield f"{base}/1"
        for child in view.related_screens():
            if child.may("can_list"):
                yield f"/{child.resource}/related/{view.resource}/1"
    if view.may("can_add"):
        yield f"{base}/new"
        yield f"{base}/new?dialog=1"
    if view.may("can_edit"):
        yield f"{base}/1/edit"


# layers ---------------------------------------------------------------------------
def test_imports_go_one_way_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    configure_import_linter()
    assert import_contracts.lint_imports(config_filename="pyproject.toml", cache_dir=None)


def test_every_layer_stands_in_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    named = {
        name.strip() for layer in contracts["contracts"][0]["layers"] for name in layer.split("|")
    }
    folders = {
        folder.name for folder in (ROOT / "app").iterdir() if (folder / "__init__.py").exists()
    }
    assert folders <= named

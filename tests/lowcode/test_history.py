"""The history of a record over HTTP: told in words, narrowed, and put back by the form's rules."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Customer, CustomerAddress, Tag
from app.entities.system.audit import AuditEntry
from app.entities.system.organization import Region
from app.entities.system.user import Role
from app.lowcode.principal import DataScope
from app.lowcode.security.field_levels import write_levels
from app.lowcode.security.rights import write_rights
from app.rules.audit import AuditAction
from app.rules.customers import Tier
from app.rules.masking import FieldLevel
from tests.callers import inside
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
def key(app: Flask) -> int:
    """A customer with two changes."""
    with inside(app) as session:
        north = Region(code="N", name="North")
        tags = [Tag(name="gold"), Tag(name="silver")]
        row = Customer(name="First", tier=Tier.ORDINARY, region=north, tags=tags)
        session.add(row)
        session.commit()
        row.name, row.tier = "Second", Tier.VIP
        session.commit()
        row.name, row.region, row.tags = "Third", None, tags[:1]
        session.commit()
        return int(row.id)


def page(visitor: Visitor, key: int, **query: Any) -> str:
    answer = visitor.get(f"/customers/{key}/history", query_string=query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def entry(app: Flask, key: int, number: int) -> int:
    """The sequence of the customer's n-th entry."""
    with inside(app) as session:
        query = select(AuditEntry.sequence).where(
            AuditEntry.entity == "Customer", AuditEntry.entity_id == key
        )
        return list(session.scalars(query.order_by(AuditEntry.sequence)))[number]


def stored(app: Flask, key: int) -> dict[str, Any]:
    with inside(app) as session:
        row = session.get_one(Customer, key)
        region = row.region.name if row.region else None
        tags = sorted(tag.name for tag in row.tags)
        return {"name": row.name, "tier": row.tier, "region": region, "tags": tags}


def version(app: Flask, key: int) -> int:
    with inside(app) as session:
        return int(session.get_one(Customer, key).version)


def put_back(app: Flask, visitor: Visitor, key: int, **fields: Any) -> str:
    fields.setdefault("version", version(app, key))
    answer = visitor.post(f"/customers/{key}/history/restore", **fields)
    assert answer.status_code == 302, answer.text
    return visitor.get(answer.headers["Location"]).text


def test_the_record_page_leads_to_its_history(visitor: Visitors, key: int) -> None:
    shown = visitor("administrator", locale="en").get(f"/customers/{key}").text
    assert f'hx-get="/customers/{key}/history"' in shown


def test_every_change_is_told_in_words(visitor: Visitors, key: int) -> None:
    text = page(visitor("administrator", locale="en"), key)
    for words in ("First", "Second", "Third", "Ordinary", "VIP", "North", "gold, silver"):
        assert words in text
    assert text.count('<div class="head">') == 3
    assert ">region_id<" not in text


def test_it_can_be_narrowed_to_one_field(visitor: Visitors, key: int) -> None:
    text = page(visitor("administrator", locale="en"), key, field="tier")
    assert "VIP" in text
    assert "Third" not in text
    assert text.count('<div class="head">') == 2
    assert page(visitor("administrator"), key, field="nonsense").count('<div class="head">') == 3


def test_what_was_done_in_one_transaction_is_one_line(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        row = session.get_one(Customer, key)
        row.name = "Fourth"
        session.flush()
        row.name, row.tier = "Fifth", Tier.ORDINARY
        session.flush()
    boss = visitor("administrator", locale="en")
    text = page(boss, key)
    assert text.count('<div class="head">') == 4
    assert "Fourth" not in text
    timeline = boss.whole(f"/customers/{key}")
    assert timeline.count("Fifth") >= 1
    assert "Fourth" not in timeline


def test_long_histories_come_in_pages(app: Flask, visitor: Visitors, key: int) -> None:
    with inside(app) as session:
        for number in range(35):
            session.get_one(Customer, key).name = f"Name {number}"
            session.commit()
    boss = visitor("administrator", locale="en")
    text = page(boss, key, field="name")
    older = re.search(r"before=(\d+)", text)
    assert older is not None
    rest = page(boss, key, field="name", before=older[1])
    heads = text.count('<div class="head">'), rest.count('<div class="head">')
    assert heads == (30, 8)


@pytest.mark.parametrize(
    ("column", "number", "after"),
    [
        ("name", 2, {"name": "Second"}),
        ("name", 1, {"name": "First"}),
        ("tier", 1, {"tier": Tier.ORDINARY}),
        ("region_id", 2, {"region": "North"}),
        ("tags", 2, {"tags": ["gold", "silver"]}),
    ],
)
def test_one_old_value_is_put_back(
    app: Flask, visitor: Visitors, key: int, column: str, number: int, after: dict[str, Any]
) -> None:
    boss, before = visitor("administrator", locale="en"), stored(app, key)
    assert "was put back" in put_back(app, boss, key, entry=entry(app, key, number), field=column)
    assert stored(app, key) == before | after
    with inside(app) as session:
        newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)
        assert session.scalars(newest).one().action is AuditAction.RESTORE


def test_the_whole_row_is_put_back_as_it_was(app: Flask, visitor: Visitors, key: int) -> None:
    boss = visitor("administrator", locale="en")
    assert "was put back" in put_back(app, boss, key, entry=entry(app, key, 0))
    assert stored(app, key) == {
        "name": "First",
        "tier": Tier.ORDINARY,
        "region": "North",
        "tags": ["gold", "silver"],
    }
    assert "nothing here" in put_back(app, boss, key, entry=entry(app, key, -1))


def test_an_older_version_and_a_row_that_is_gone_are_refused_clearly(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss, before = visitor("administrator", locale="en"), stored(app, key)
    told = put_back(app, boss, key, entry=entry(app, key, 2), field="name", version=1)
    assert "Somebody else changed this record" in told
    with inside(app) as session:
        session.delete(session.scalars(select(Region)).one())
    told = put_back(app, boss, key, entry=entry(app, key, 2), field="region_id")
    assert "no longer exists" in told
    assert stored(app, key) == before


def test_what_no_form_changes_cannot_be_put_back(app: Flask, visitor: Visitors, key: int) -> None:
    with inside(app) as session:
        row = session.get_one(Customer, key)
        row.code = "ANOTHER"
    boss = visitor("administrator", locale="en")
    answer = boss.post(
        f"/customers/{key}/history/restore", entry=entry(app, key, 3), field="version"
    )
    assert answer.status_code == 302
    assert "nothing here" in boss.get(answer.headers["Location"]).text


def test_readers_see_it_and_change_nothing(app: Flask, visitor: Visitors, key: int) -> None:
    reader, stranger = visitor("read_only", locale="en"), visitor("sales", locale="en")
    assert "Put back" not in page(reader, key)
    fields = {"entry": entry(app, key, 2), "field": "name", "version": version(app, key)}
    assert reader.post(f"/customers/{key}/history/restore", **fields).status_code == 403
    assert stranger.get(f"/customers/{key}/history").status_code == 404
    assert stranger.post(f"/customers/{key}/history/restore", **fields).status_code == 404
    assert stored(app, key)["name"] == "Third"


def test_addresses_are_for_auditors(app: Flask, visitor: Visitors, key: int) -> None:
    boss = visitor("administrator", locale="en")
    put_back(app, boss, key, entry=entry(app, key, 2), field="name")
    assert "127.0.0.1" in page(boss, key)
    assert "127.0.0.1" not in page(visitor("read_only", locale="en"), key)


def test_an_entry_shows_its_changes_and_leads_to_its_record(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        query = select(AuditEntry.id).where(
            AuditEntry.entity == "Customer", AuditEntry.action == AuditAction.UPDATE
        )
        entry_id = session.scalars(query.order_by(AuditEntry.sequence)).first()
    boss = visitor("administrator", locale="en")
    shown = re.sub(r"\s+", " ", boss.get(f"/audit-entries/{entry_id}").text)
    for words in ("Changed · Customer", "First", "Second", "Ordinary", f'href="/customers/{key}"'):
        assert words in shown
    assert f"/audit-entries/{entry_id}/notes" not in shown


def test_the_list_of_the_trail_speaks_in_words(visitor: Visitors, key: int) -> None:
    boss = visitor("administrator", locale="en")
    page_text = boss.get("/audit-entries/?f.entity=Customer&f.action=update").text
    listed = page_text.partition("<tbody")[2].partition("</tbody>")[0]
    assert 'badge-soft c-blue">Changed' in listed
    assert 'badge-soft c-green">Created' not in listed
    assert "Third" in listed
    assert "North" not in boss.get("/audit-entries/?f.entity=Customer").text
    exported = boss.get("/audit-entries/export.csv?f.entity=Customer").text
    for words in ("Created", "Customer", "Name: First → Second", "Region: North"):
        assert words in exported


def test_changed_rights_are_told_as_the_matrix_calls_them(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        session.add(role := Role(name="lab"))
        session.flush()
        rights = {("can_delete", "Customer"), ("make_vip", "Customer")}
        write_rights(session, role, rights, {"Customer": DataScope.TEAM})
        write_levels(session, role, {("Customer", "phone"): FieldLevel.MASKED})
    exported = visitor("administrator", locale="en").get(
        "/audit-entries/export.csv?f.action=rights"
    )
    for words in (
        "Customers: Delete, Make VIP",
        "Rows of “Customers”: None → Team and below",
        "Customer · Phone: Read and write → Masked",
    ):
        assert words in exported.text
    assert "can_delete" not in exported.text


def test_a_way_back_sent_twice_is_gone_once(app: Flask, visitor: Visitors, key: int) -> None:
    boss = visitor("administrator", locale="en")
    restore = f"/customers/{key}/history/restore"
    shown = fields_of(page(boss, key), restore)
    before = version(app, key)
    wanted = {"key": shown["key"], "version": before, "entry": entry(app, key, 2), "field": "name"}
    assert [boss.post(restore, **wanted).status_code for _ in range(2)] == [302] * 2
    assert "Somebody else changed" not in boss.get(f"/customers/{key}").text
    assert version(app, key) == before + 1


# inline lines ---------------------------------------------------------------------
@pytest.fixture
def lines(app: Flask) -> int:
    """A customer whose first address changed, whose second went, and a third that came."""
    with inside(app) as session:
        stays = CustomerAddress(street="Street 1", city="Old town")
        goes = CustomerAddress(street="Street 2")
        row = Customer(name="First", addresses=[stays, goes])
        session.add_all([row, Customer(name="Other", addresses=[CustomerAddress(street="x")])])
        session.commit()
        stays.city = "New town"
        session.commit()
        row.addresses.remove(goes)
        row.addresses.append(CustomerAddress(street="Street 3"))
        session.commit()
        return int(row.id)


def test_the_history_tells_of_lines_that_changed_came_and_went(
    visitor: Visitors, lines: int
) -> None:
    boss = visitor("administrator", locale="en")
    told = page(boss, lines)
    assert re.search(r"Addresses · [^<]*Street 1[^<]* · City", told)
    assert re.search(r"Old town</span>.{0,80}<span>New town", told)
    assert re.search(r"Street: Street 2.{0,120}<span>—", told)
    assert re.search(r"<span>[^<]*Street: Street 3", told)
    assert "Street: x" not in told, "another customer's"
    narrowed = page(boss, lines, field="addresses")
    assert "New town" in narrowed
    assert "<dt>Name</dt>" not in narrowed


def test_one_value_of_a_line_is_put_back(app: Flask, visitor: Visitors, lines: int) -> None:
    boss = visitor("administrator", locale="en")
    button = re.search(
        r'name="entry" value="(\d+)"> ?<input type="hidden" name="field" value="(addresses[^"]+)"',
        page(boss, lines),
    )
    assert button is not None
    told = put_back(app, boss, lines, entry=button[1], field=button[2])
    assert "was put back" in told
    with inside(app) as session:
        cities = [address.city for address in session.get_one(Customer, lines).addresses]
    assert cities == ["Old town", None]
    refused = put_back(app, boss, lines, entry=button[1], field="addresses.99999.city")
    assert "nothing here that could be put back" in refused
    read_only = page(visitor("read_only", locale="en"), lines)
    assert 'name="field" value="addresses' not in read_only

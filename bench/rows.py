"""The comparison's CSV files as rows of the product's tables, in the form the database stores."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import models
from app.entities.types import SCALE
from app.rules.identity import normalize_name, phone_key

Row = dict[str, str]

#: keys of rows that the files bring stand above those of the reference data
ABOVE = 1000
#: when the words without a moment of their own were made
FILLED = "2026-01-01 00:00:00.000000"

TIERS = {"platinum": "ordinary", "gold": "vip", "silver": "ordinary", "bronze": "potential"}
STAGES = {"lead": "prospect", "prospect": "new", "active": "repeat", "churned": "lost"}
#: stage of the files → code of the product's usual pipeline
DEAL_STAGES = {"qualify": "needs", "proposal": "quotation", "won": "signed"}
ORDER_STATES = {"closed": "done"}
TICKET_STATES = {"pending": "waiting"}


@dataclass(frozen=True)
class Source:
    """How one CSV file fills one table: column → its stored value from a row of the file."""

    file: str
    model: type[Any]
    columns: dict[str, Callable[[Row], Any]]


def read(source: Source, folder: Path) -> Iterator[tuple[Any, ...]]:
    """The rows of a file in the order of the source's columns."""
    values = tuple(source.columns.values())
    with (folder / f"{source.file}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield tuple([value(row) for value in values])


def sources(stages: dict[str, tuple[int, int, int]], origins: dict[str, int]) -> list[Source]:
    """Every file that becomes a table, in the order of the foreign keys.

    `stages`: code → (stage, pipeline, percent); `origins`: code → customer source.
    """
    return [
        Source("industry", models.Industry, {**_NAMED, **_LISTED}),
        Source("region", models.Region, _NAMED),
        Source("customer", models.Customer, _customer(origins)),
        Source("contact", models.Contact, _CONTACT),
        Source("deal", models.Deal, _deal(stages)),
        Source("sales_order", models.SalesOrder, _ORDER),
        Source("ticket", models.Ticket, _TICKET),
    ]


def _text(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name] or None


def _moment(name: str) -> Callable[[Row], Any]:
    return lambda row: f"{row[name]}.000000" if row[name] else None


def _above(name: str) -> Callable[[Row], Any]:
    return lambda row: ABOVE + int(row[name])


def money(text: str) -> int | None:
    """An amount with two decimals as it is stored, without going through Decimal."""
    if not text:
        return None
    whole, _dot, cents = text.partition(".")
    return (int(whole) * 100 + int(cents or 0)) * (SCALE // 100)


def _number(row: Row) -> int:
    return int(row["id"])


_STAMPS: dict[str, Callable[[Row], Any]] = {
    "created_on": _moment("created_at"),
    "changed_on": _moment("created_at"),
}


_NAMED: dict[str, Callable[[Row], Any]] = {
    "id": lambda row: ABOVE + int(row["id"]),
    "code": lambda row: f"bench_{row['id']}",
    "name": _text("name"),
    **dict.fromkeys(("created_on", "changed_on"), lambda row: FILLED),
}
_LISTED: dict[str, Callable[[Row], Any]] = {"position": _number, "is_active": lambda row: True}


def _customer(origins: dict[str, int]) -> dict[str, Callable[[Row], Any]]:
    return {
        "id": _number,
        "code": _text("code"),
        "name": _text("name"),
        "name_key": lambda row: normalize_name(row["name"])[:200],
        "phone_key": lambda row: phone_key(row["phone"]),
        "tier": lambda row: TIERS[row["tier"]],
        "lifecycle_stage": lambda row: STAGES.get(row["lifecycle"], row["lifecycle"]),
        # The campaign is what brought them.
        "source_id": lambda row: origins[row["campaign"] or row["source"]],
        "industry_id": _above("industry_id"),
        "region_id": _above("region_id"),
        "owner_id": _above("owner_id"),
        "team_id": lambda row: ABOVE + team_of(int(row["owner_id"])),
        "phone": _text("phone"),
        "email": _text("email"),
        "website": _text("website"),
        "tax_number": _text("tax_no"),
        "credit_limit": lambda row: money(row["credit_limit"]),
        "annual_revenue": lambda row: money(row["annual_revenue"]),
        "employee_count": lambda row: int(row["employees"]),
        "do_not_contact": lambda row: row["is_active"] == "f",
        "needs": _text("name_en"),
        "notes": _text("notes"),
        **_STAMPS,
    }


def team_of(person: int) -> int:
    """The files spread their 60 people over six teams in turn."""
    return 1 + person % 6


_CONTACT: dict[str, Callable[[Row], Any]] = {
    "id": _number,
    "customer_id": lambda row: int(row["customer_id"]),
    "name": _text("name"),
    "job_title": _text("title"),
    "mobile": _text("phone"),
    "email": _text("email"),
    # A customer has one; the files mark several.
    "is_primary": lambda row: False,
    **_STAMPS,
}


def _deal(stages: dict[str, tuple[int, int, int]]) -> dict[str, Callable[[Row], Any]]:
    def stage(row: Row) -> tuple[int, int, int]:
        return stages[DEAL_STAGES.get(row["stage"], row["stage"])]

    return {
        "id": _number,
        "code": lambda row: f"D{int(row['id']):07}",
        "title": _text("title"),
        "customer_id": lambda row: int(row["customer_id"]),
        "owner_id": _above("owner_id"),
        "team_id": lambda row: ABOVE + team_of(int(row["owner_id"])),
        "stage_id": lambda row: stage(row)[0],
        "pipeline_id": lambda row: stage(row)[1],
        "amount": lambda row: money(row["amount"]),
        "probability": lambda row: stage(row)[2],
        "weighted_amount": lambda row: (money(row["amount"]) or 0) * stage(row)[2] // 100,
        "expected_close_date": _text("close_date"),
        **_STAMPS,
    }


_ORDER: dict[str, Callable[[Row], Any]] = {
    "id": _number,
    "code": _text("number"),
    "customer_id": lambda row: int(row["customer_id"]),
    "owner_id": _above("owner_id"),
    "team_id": lambda row: ABOVE + team_of(int(row["owner_id"])),
    "state": lambda row: ORDER_STATES.get(row["status"], row["status"]),
    "order_date": _text("order_date"),
    "net_amount": lambda row: money(row["total"]),
    "total_amount": lambda row: money(row["total"]),
    **_STAMPS,
}

_TICKET: dict[str, Callable[[Row], Any]] = {
    "id": _number,
    "code": lambda row: f"T{int(row['id']):07}",
    "customer_id": lambda row: int(row["customer_id"]),
    "assignee_id": _above("owner_id"),
    "team_id": lambda row: ABOVE + team_of(int(row["owner_id"])),
    "subject": _text("subject"),
    "status": lambda row: TICKET_STATES.get(row["status"], row["status"]),
    "priority": _text("priority"),
    **_STAMPS,
}

"""Numbers of records and documents: unique under concurrency, given when the row is saved."""

from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.entities.system.sequence import NumberSequence
from app.lowcode.settings import Option, company_zone, declare, get_setting
from app.rules.numbering import check_pattern, format_number, period_key

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_counters: Any = NumberSequence.__table__


def _key(name: str) -> str:
    return f"number_{name}"


def declare_sequence(name: str, pattern: str, label: str) -> None:
    """Let entities with `number_sequence = name` be numbered; `pattern` until a setting says else.

    `label` is the msgid of what gets numbered.
    """
    declare(
        Option(
            _key(name),
            "numbering",
            lazy_gettext(label),
            default=check_pattern(pattern),
            required=True,
            check=check_pattern,
            help=lazy_gettext(
                "{seq:05} counts with five digits; {yyyy}, {yy}, {mm} and {dd} start it again."
            ),
        )
    )


declare_sequence("customer", "C{seq:05}", "Customer")
declare_sequence("supplier", "S{seq:05}", "Supplier")
declare_sequence("product", "P{seq:05}", "Product")
declare_sequence("ticket", "T{yy}{mm}{seq:04}", "Ticket")
declare_sequence("survey", "SV{seq:03}", "Survey")
declare_sequence("survey_response", "R{yy}{mm}{seq:04}", "Survey response")
declare_sequence("campaign", "M{yy}{seq:03}", "Campaign")
declare_sequence("deal", "D{seq:05}", "Deal")
declare_sequence("sales_order", "SO{yy}{mm}{seq:04}", "Sales order")
declare_sequence("payment", "RC{yy}{mm}{seq:04}", "Payment")
declare_sequence("purchase_order", "PO{yy}{mm}{seq:04}", "Purchase order")


def next_number(session: Session, name: str, today: date) -> str:
    """The next number of a declared sequence, in the session's transaction.

    The counter's row stays locked until the transaction ends: no number is given twice, and one
    whose transaction is rolled back was seen by nobody and is given again.
    """
    connection = session.connection()
    pattern = get_setting(_key(name))
    insert = _INSERTS[connection.dialect.name](_counters)
    counted = insert.values(name=name, period=period_key(pattern, today), value=1)
    value = connection.scalar(
        counted.on_conflict_do_update(
            index_elements=["name", "period"], set_={"value": _counters.c.value + 1}
        ).returning(_counters.c.value)
    )
    return format_number(pattern, today, value)


def fill_numbers(session: Session) -> None:
    """`before_flush`: new rows of numbered entities without a code get the next free number."""
    numbered = [row for row in session.new if getattr(type(row), "number_sequence", None)]
    if all(getattr(row, row.code_column) for row in numbered):
        return
    # A number may stand already, typed by hand or imported: in the table or in this very flush.
    typed = {(type(row), getattr(row, row.code_column)) for row in numbered}
    today = datetime.now(UTC).astimezone(company_zone()).date()
    for row in numbered:
        if getattr(row, row.code_column):
            continue
        number = next_number(session, row.number_sequence, today)
        while (type(row), number) in typed or _is_taken(session.connection(), type(row), number):
            number = next_number(session, row.number_sequence, today)
        setattr(row, row.code_column, number)


def _is_taken(connection: Connection, model: Any, number: str) -> bool:
    code = model.__table__.c[model.code_column]
    return connection.scalar(select(code).where(code == number)) is not None

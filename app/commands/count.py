"""`kehu count`: one figure over a list, for people, scripts and checks."""

from decimal import Decimal

import click
from flask.cli import with_appcontext

from app.commands.selection import (
    Refusal,
    find_screen,
    may_filter,
    on_behalf_of,
    product,
    require,
    state_of,
    unknown_field,
    widened,
)
from app.lowcode import listing
from app.lowcode.fields import resolve

_SUMMED = frozenset({"number", "quantity", "money"})


@click.command("count", help="Print how many rows of ENTITY meet the conditions, or a sum of them.")
@click.argument("entity")
@click.argument("conditions", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--sum", "summed", metavar="FIELD", help="the sum of this column instead")
@click.option("--user", metavar="NAME", help="count what this person sees")
@with_appcontext
def command(entity: str, conditions: tuple[str, ...], summed: str | None, user: str | None) -> None:
    screen = find_screen(product(), entity)
    state = state_of(screen, conditions)
    if summed is not None:
        _check_summed(screen, summed)
    with on_behalf_of(user, "kehu count"):
        require(screen, "can_list")
        source = widened(screen.listable, state)
        if summed is None:
            figure = str(listing.count(source, state))
        else:
            figure = _figure(screen, summed, listing.total(source, state, summed))
    click.echo(figure)


def _check_summed(screen: object, path: str) -> None:
    if "." in path or not may_filter(screen, path):
        raise unknown_field(screen, path)
    if resolve(screen.model, path).field.kind not in _SUMMED:  # type: ignore[attr-defined]
        raise Refusal(f"{path} is not a number.", f"{path} 不是数值字段。")


def _figure(screen: object, path: str, total: Decimal | int | None) -> str:
    """Money with two decimals, whatever else as short as it is exact."""
    field = resolve(screen.model, path).field  # type: ignore[attr-defined]
    return str(field.plain(total if total is not None else Decimal(0)))

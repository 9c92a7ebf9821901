"""`kehu export`: the rows of a list as a file, as the download of its screen gives them."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from flask.cli import with_appcontext

from app.commands.selection import (
    Refusal,
    find_screen,
    on_behalf_of,
    product,
    require,
    state_of,
    widened,
)
from app.lowcode import exporting


@click.command("export", help="Write the rows of ENTITY that meet the conditions into a file.")
@click.argument("entity")
@click.argument("conditions", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--format", "name", help="csv, xlsx or pdf; by default as --out ends, else csv")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="default: the output")
@click.option("--all-columns", is_flag=True, help="every readable column, not only those listed")
@click.option("--user", metavar="NAME", help="export what this person sees")
@with_appcontext
def command(
    entity: str,
    conditions: tuple[str, ...],
    name: str | None,
    out: Path | None,
    all_columns: bool,
    user: str | None,
) -> None:
    screen = find_screen(product(), entity)
    state = state_of(screen, conditions)
    name = name or (out.suffix.lstrip(".").lower() if out else "") or "csv"
    with on_behalf_of(user, "kehu export"):
        require(screen, "can_export")
        paths = exporting.readable_columns(screen) if all_columns else None
        source = widened(screen.listable, state)
        with exporting.export(screen, source, state, name, paths) as made, _target(out) as file:
            shutil.copyfileobj(made, file)


@contextmanager
def _target(out: Path | None) -> Iterator[IO[bytes]]:
    if out is None:
        yield sys.stdout.buffer
        return
    try:
        file = out.open("wb")
    except OSError as error:
        raise Refusal(
            f"{out} cannot be written: {error.strerror}", f"无法写入 {out}：{error.strerror}"
        ) from error
    with file:
        yield file

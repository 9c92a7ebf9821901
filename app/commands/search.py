"""`kehu search`: make the index again that search reads, or compare it with the rows."""

from collections.abc import Callable

import click
from flask.cli import AppGroup

from app.commands.console import failure, say, words
from app.commands.selection import find_screen, product
from app.extensions import db, reading
from app.lowcode.principal import system
from app.lowcode.search import rebuilding
from app.lowcode.search.declared import Searched, all_searched, searched_of

command = AppGroup("search", help="Make the index of search again, or compare it with the rows.")
_entity = click.option("--entity", metavar="ENTITY", help="of this entity alone")


@command.command("reindex")
@_entity
def reindex(entity: str | None) -> None:
    """Make all entries again, while people work; interrupted, it goes on where it stopped."""
    with system("command line"):
        for searched in _chosen(entity):
            make(searched)
    say("The index of search is complete.", "搜索索引已重建完成。")


@command.command("check")
@_entity
def check(entity: str | None) -> None:
    """Compare every entry with its row; status 1 where one differs."""
    wrong = 0
    with system("command line"), reading():
        for searched in _chosen(entity):
            count = sum(1 for _key in rebuilding.differing(db.session(), searched))
            if count:
                name = searched.model.__name__
                say(f"{name}: {count} entries differ.", f"{name}：{count} 条索引与数据不一致。")
            wrong += count
    if wrong:
        raise failure(
            "Make them again with `kehu search reindex`.", "请运行 `kehu search reindex` 重建。"
        )
    say("The index of search agrees with all rows.", "搜索索引与全部数据一致。")


def make(searched: Searched) -> None:
    """Make the entries of one entity, with progress where there are any; commits each part."""
    session = db.session()
    total = rebuilding.size(session, searched)
    if not total:
        _in_parts(searched)
        return
    with click.progressbar(length=total, label=searched.model.__name__) as bar:
        _in_parts(searched, bar.update)


def _in_parts(searched: Searched, tell: Callable[[int], None] = lambda _more: None) -> None:
    session, before = db.session(), 0
    for done in rebuilding.rebuild(session, searched):
        session.commit()
        tell(done - before)
        before = done


def make_outdated() -> None:
    """Make what is missing or was made by an earlier version; commits each part."""
    due = rebuilding.outdated(db.session())
    if any(rebuilding.size(db.session(), searched) for searched in due):
        say("Making the index of search …", "正在建立搜索索引 …")
    for searched in due:
        make(searched)


def _chosen(entity: str | None) -> list[Searched]:
    if entity is None:
        return all_searched()
    searched = searched_of(find_screen(product(), entity).model)
    if searched is None:
        raise click.BadParameter(
            words("its rows are not in the index", "该对象不在搜索索引中"), param_hint="--entity"
        )
    return [searched]

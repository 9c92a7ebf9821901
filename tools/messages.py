"""Collects every text of the product and keeps its Chinese: `python tools/messages.py [--check]`.

Texts are the arguments of `_()` and its kin, the English texts of refusals, and what the kernel
derives from names: labels of columns, titles of entities, sections, choices, actions, roles.
Without `--check` the catalogue is brought up to date and compiled; the rest lists what it lacks.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "app" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
#: functions and refusals whose first argument is a text
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "_l", "gettext", "lazy_gettext", "N_", "notify")),
    "ngettext": (1, 2),
}
#: subscripts such as `lazy_gettext(info["help"])`, which the extractor takes for texts
NO_TEXTS = frozenset({"help", "msgid"})
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]


def written() -> Iterator[tuple[str, Any]]:
    """(place, msgid) of every text that stands in code and templates."""
    keywords = KEYWORDS | dict.fromkeys(_refusals())
    for folder in ("app", "seed"):
        found = extract_from_dir(str(ROOT / folder), METHODS, keywords=keywords, options_map={})
        for name, _line, text, _comments, _context in found:
            yield f"{folder}/{name}", text


def _refusals() -> list[str]:
    """The names of all kinds of DomainError that are loaded."""
    from app.rules.errors import DomainError

    kinds, names = [DomainError], []
    while kinds:
        kind = kinds.pop()
        names.append(kind.__name__)
        kinds += kind.__subclasses__()
    return names


def derived(app: Any) -> Iterator[tuple[str, str]]:
    """(place, msgid) of every text that the kernel makes from names."""
    from flask_appbuilder import Model
    from flask_babel import force_locale

    from app.lowcode.naming import plural_of, title_of
    from app.rules.choices import Choice

    with app.test_request_context(), force_locale("en"):
        kinds = list(Choice.__subclasses__())
        while kinds:
            kind = kinds.pop()
            kinds += kind.__subclasses__()
            for member in kind:
                yield kind.__name__, member.label
        for area in app.extensions["kehu_menu"]:
            yield "menu", area.label
        for model, view in app.extensions["kehu_screens"].items():
            yield model.__name__, title_of(model)
            yield model.__name__, plural_of(model)
            yield from _texts_of(view)
        # The trail names what has no screen of its own, too.
        for mapper in Model.registry.mappers:
            if hasattr(mapper.class_, "version"):
                yield mapper.class_.__name__, title_of(mapper.class_)
        yield from _kernel_texts()


def _texts_of(view: Any) -> Iterator[tuple[str, str]]:
    from sqlalchemy import inspect

    from app.lowcode.fields import fields_of
    from app.lowcode.fields.base import humanize
    from app.lowcode.screens.declare import Lines, Section

    place = type(view).__name__
    models = [view.model]
    for document in view.documents:
        yield place, humanize(document.right.removeprefix("can_"))
    for part in view.form:
        if isinstance(part, Section):
            yield place, part.title
        elif isinstance(part, Lines):
            yield place, part.title or humanize(part.name)
            models.append(inspect(view.model).relationships[part.name].mapper.class_)
            for name in part.computed:
                yield place, humanize(name)
    for model in models:
        for field in fields_of(model):
            yield model.__name__, str(field.label)
            if field.help:
                yield model.__name__, str(field.help)


def _kernel_texts() -> Iterator[tuple[str, str]]:
    from app.lowcode.fields.base import humanize
    from app.services import handover
    from seed import roles

    for kind in handover.KINDS:
        yield "handover", kind.label
    for detail in ("file", "document", "format", "rows", "filter", "request", "reason", "entries"):
        yield "audit", humanize(detail)
    # What acts for itself: the actor of its entries.
    for actor in ("command line", "schedule", "setup", "sign-in"):
        yield "audit", actor
    for name, role in roles.ROLES.items():
        yield "roles", humanize(name)
        yield "roles", role.description


def all_texts() -> dict[Any, set[str]]:
    """msgid → places it comes from."""
    from app import create_app

    texts: dict[Any, set[str]] = {}
    app = create_app()  # first: every kind of refusal is known once all modules are loaded
    for place, text in [*written(), *derived(app)]:
        if text and text not in NO_TEXTS:
            texts.setdefault(text, set()).add(place)
    return texts


def load() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh")


def missing(catalogue: Catalog, texts: dict[Any, set[str]]) -> list[Any]:
    """Texts without Chinese, or with a doubtful one."""
    lacking = []
    for text in texts:
        message = catalogue.get(text[0] if isinstance(text, tuple) else text)
        if message is None or message.fuzzy or not message.string or "" in tuple(message.string):
            lacking.append(text)
    return lacking


def update(texts: dict[Any, set[str]]) -> Catalog:
    """The catalogue with exactly these texts, known translations kept."""
    old = load() if CATALOGUE.exists() else Catalog(locale="zh")
    new = Catalog(locale="zh", project="Kehu", charset="utf-8", fuzzy=False)
    for text in sorted(texts, key=str):
        known = old.get(text[0] if isinstance(text, tuple) else text)
        new.add(text, known.string if known else None)
    return new


def compiled(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def main() -> int:
    sys.path.insert(0, str(ROOT))
    texts = all_texts()
    if "--check" not in sys.argv:
        catalogue = update(texts)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, catalogue, width=100, omit_header=False, no_location=True)
        CATALOGUE.with_suffix(".mo").write_bytes(compiled(load()))
    lacking = missing(load(), texts)
    for text in lacking:
        print(text)
    print(f"{len(texts)} texts, {len(lacking)} without Chinese")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())

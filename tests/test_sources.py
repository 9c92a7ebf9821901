"""What holds for every file of the product: its words, its length, what it may hold."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import app as product
from tools import messages

ROOT = Path(product.__file__).parent.parent
#: what a reader can still take in at once; the aim is 300
MOST_LINES = 400


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


# words ----------------------------------------------------------------------------
def test_every_text_has_its_chinese(app: Flask) -> None:
    texts: dict[Any, set[str]] = {}
    for place, text in [*messages.written(), *messages.derived(app)]:
        if text and text not in messages.NO_TEXTS:
            texts.setdefault(text, set()).add(place)
    lacking = messages.missing(messages.load(), texts)
    lines = [f"{text!r}: {', '.join(sorted(texts[text]))}" for text in lacking]
    assert not lacking, f"{len(lacking)} texts without Chinese:\n" + "\n".join(lines)


def test_the_compiled_catalogue_is_the_readable_one() -> None:
    compiled = messages.CATALOGUE.with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(messages.load())


def test_placeholders_survive_the_translation() -> None:
    pattern = re.compile(r"%\((\w+)\)[sd]")
    wrong = [
        message.id
        for message in messages.load()
        if isinstance(message.id, str)
        and message.id
        and message.string
        and set(pattern.findall(message.id)) != set(pattern.findall(message.string))
    ]
    assert wrong == []


# files ----------------------------------------------------------------------------
@pytest.mark.parametrize("layer", ["rules", "services"])
def test_every_file_of_rules_and_services_has_its_tests(layer: str) -> None:
    lacking = []
    for file in python_files(f"app/{layer}"):
        relative = file.relative_to(ROOT / "app" / layer)
        names = {f"test_{file.name}", *_TESTED_TOGETHER.get(f"{layer}/{relative}", ())}
        folder = ROOT / "tests" / layer / relative.parent
        if file.name != "__init__.py" and not any((folder / name).exists() for name in names):
            lacking.append(str(relative))
    assert lacking == []


#: small files whose claims stand in the tests of their neighbours
_TESTED_TOGETHER = {
    "rules/errors.py": ("test_errors_and_choices.py",),
    "rules/choices.py": ("test_errors_and_choices.py",),
    # vocabulary alone
    "rules/catalog.py": ("test_errors_and_choices.py",),
    "rules/purchasing.py": ("test_errors_and_choices.py",),
    "rules/imports.py": ("test_errors_and_choices.py",),
    "rules/changes.py": ("test_errors_and_choices.py",),
}


def test_no_file_is_longer_than_a_reader_can_take_in() -> None:
    files = python_files("app", "seed", "tests", "tools")
    lengths = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in files}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in python_files("app", "seed", "tests", "tools")
        if file.read_text("utf-8").strip() and not file.read_text("utf-8").startswith('"""')
    ]
    assert silent == []


FORBIDDEN_IN_TEMPLATES = {
    r"\|\s*safe\b": "output that is not escaped",
    # data that a script of ours reads is no script
    r'<script(?![^>]*\b(?:src=|type="application/json"))[^>]*>': "inline script",
    r"\son[a-z]+\s*=": "inline handler",
    r"\b(?:https?:)?//[\w.-]+\.[a-z]{2,}": "something loaded from elsewhere",
    r"javascript:": "script in an address",
    r"data-toggle=|glyphicon|\bpanel-(?:default|heading|body)|\bjquery": "Bootstrap 3",
}


@pytest.mark.parametrize(("pattern", "what"), FORBIDDEN_IN_TEMPLATES.items())
def test_templates_hold_nothing_that_the_browser_must_refuse(pattern: str, what: str) -> None:
    found = []
    for file in sorted((ROOT / "app/templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", file.read_text("utf-8"), flags=re.S)
        found += [f"{file.name}: {m[0]!r}" for m in re.finditer(pattern, text, re.I)]
    assert found == [], what


def test_our_scripts_and_styles_load_nothing_from_elsewhere() -> None:
    found = []
    for folder in ("js", "css"):
        for file in sorted((ROOT / "app/static" / folder).glob("*")):
            text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", file.read_text("utf-8"), flags=re.S | re.M)
            addresses = re.findall(r"[\"'(](?:https?:)?//[\w.-]+[^\"')]*", text)
            found += [f"{file.name}: {a}" for a in addresses if "www.w3.org" not in a]
    assert found == []


def test_markup_is_never_made_by_hand() -> None:
    """`Markup(` around a value is how names become scripts."""
    found = {
        str(file.relative_to(ROOT))
        for file in python_files("app")
        if re.search(r"\bMarkup\(|\bMarkup\.|render_template_string", file.read_text("utf-8"))
    }
    assert found == {
        "app/views/help.py",  # the manual: files of our own, nothing anybody typed
        "app/lowcode/fields/framed.py",  # inputs as their template writes them, in two halves
        "app/lowcode/fields/option_list.py",  # options of a choice, each escaped as it is written
        "app/lowcode/pages/markup.py",  # cells, each text escaped as it is written
        "app/lowcode/once_rendered.py",  # parts that templates rendered
        "app/lowcode/shell.py",  # the menu, which its template rendered
        "app/lowcode/texts.py",  # the catalogue, as Jinja's own gettext has it
    }

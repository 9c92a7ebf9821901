"""The document on security names tests and modules; each of them is there."""

import re
from functools import cache
from pathlib import Path

import pytest

import app as product

ROOT = Path(product.__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`([\w/]*test_\w+\.py)(?:::(test_\w+))?`", DOCUMENT)))
MODULES = sorted(set(re.findall(r"`((?!test)[a-z]+/[\w/]*(?:\.py|/))`", DOCUMENT)))


@cache
def names_in(file: Path) -> frozenset[str]:
    return frozenset(re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_named_proof_exists(file: str, name: str) -> None:
    path = ROOT / "tests" / file
    assert path.is_file()
    assert not name or name in names_in(path)


def test_named_modules_exist() -> None:
    named = [name for name in MODULES if "/test_" not in name and name != "faults/"]
    assert [name for name in named if not (ROOT / "app" / name).exists()] == []
    assert len(named) > 20


def test_every_chapter_is_there() -> None:
    for row in ["A14", "C14", "D4", "E7", "| 36 |", "6.3.3", "16.5.3"]:
        assert row in DOCUMENT

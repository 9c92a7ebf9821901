"""What the product imports is asked for by name, with the reason, and locked."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.start import product

OWN = {"app", "config", "seed", "tests", "tools"}


def packages(name: str) -> set[str]:
    """The normalised package names at the starts of a file's lines."""
    text = (product.ROOT / name).read_text(encoding="utf-8")
    return {_normal(found) for found in re.findall(r"^([A-Za-z0-9_.-]+)", text, re.M)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> set[str]:
    """The top names of everything that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names - OWN - set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("folders", "lists"),
    [
        (["app", "seed", "migrations", "config.py", "app.py"], ["requirements.in"]),
        (["tests", "tools"], ["requirements.in", "requirements-dev.in"]),
    ],
    ids=["product", "tests"],
)
def test_every_import_is_asked_for_or_comes_with_what_is(
    folders: list[str], lists: list[str]
) -> None:
    locked = packages(lists[-1].replace(".in", ".txt"))
    providers = packages_distributions()
    missing = {
        f"{path.relative_to(product.ROOT)}: {name}"
        for folder in folders
        for path in [product.ROOT / folder, *(product.ROOT / folder).rglob("*.py")]
        if path.suffix == ".py"
        for name in imported(path)
        if not locked & {_normal(provider) for provider in providers.get(name, [name])}
    }
    assert not missing


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in", "requirements-npm.in"])
def test_every_package_asked_for_is_locked_and_has_its_reason(name: str) -> None:
    lines = (product.ROOT / name).read_text(encoding="utf-8").splitlines()
    asked = [number for number, line in enumerate(lines) if re.match(r"[A-Za-z]", line)]
    assert all(lines[number - 1].startswith("# ") for number in asked)
    wanted = {_normal(re.split(r"[\[<>=]", lines[number])[0]) for number in asked}
    assert wanted <= packages(name.replace(".in", ".txt"))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_its_hashes_and_no_download_address(name: str) -> None:
    text = (product.ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z])", text)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_front_end_lock_has_its_hashes_and_no_download_address() -> None:
    text = (product.ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')

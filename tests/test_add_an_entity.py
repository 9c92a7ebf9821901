"""`docs/add-an-entity.md` is followed word for word in a copy of the product."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "add-an-entity.md").read_text(encoding="utf-8").split("## What else")[0]
BLOCK = r"```\w+\n(.*?)```"
LEFT_OUT = (".git", ".venv", "var", "node_modules", "vendor", ".*_cache")
#: a data folder of its own, and what was compiled once is not compiled again by each command
NOT_PASSED_ON = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
#: run inside the copy: somebody opens the new screen and adds a row
VISIT = """
from app import create_app
from app.extensions import db
from app.lowcode.principal import system
from tests.factories import make_user
from tests.visitors import Visitor

app = create_app()
with app.app_context(), system("test"):
    user = make_user(db.session, "administrator", locale="zh")
    name, key = user.username, user.id
person = Visitor(app)
person.sign_in(name, key)
assert person.post("/brands/new", name="样例牌").status_code == 302
print("品牌" in person.get("/").text, "样例牌" in person.get("/brands/?layout=list").text)
print([person.get(path).status_code for path in ("/brands/1", "/brands/?layout=chart")])
"""


class Copy:
    """A copy of the product with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "kehu"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        self._environment = {
            name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON
        } | {"KEHU_VAR": str(folder / "var"), "LC_ALL": "C.UTF-8"}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A line of the page: `python3 kehu x` is `flask x` in the product's own Python."""
        words = shlex.split(command)
        if words[:2] == ["python3", "kehu"]:
            words = [sys.executable, "-m", "flask", "--app", "app", *words[2:]]
        elif words[0].endswith("python"):
            words = [sys.executable, *words[1:]]
        return subprocess.run(
            words,
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, command: str) -> str:
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def append(self, path: str, text: str) -> None:
        file = self.root / path
        gap = "\n\n" if path.endswith(".py") else ""
        file.write_text(file.read_text(encoding="utf-8") + gap + text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} holds this {text.count(old)} times:\n{old}"
        file.write_text(text.replace(old, new), encoding="utf-8")


def edits(copy: Copy) -> Iterator[str]:
    """Make every edit of the page in order; yields the files touched."""
    steps = re.compile(
        rf"[Aa]ppend (?:the Chinese of\s+the new ones )?to `(?P<file>[^`]+)`:\s+{BLOCK}"
        rf"|In `(?P<path>[^`]+)`, replace\s+{BLOCK}\s+with\s+{BLOCK}",
        re.DOTALL,
    )
    for step in steps.finditer(PAGE):
        if step["file"]:
            copy.append(step["file"], step[2])
            yield step["file"]
        else:
            copy.replace(step["path"], step[4].rstrip("\n"), step[5].rstrip("\n"))
            yield step["path"]


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("entity"))
    copy.must("python3 kehu setup")
    assert len(set(edits(copy))) == 5, "five files by hand"
    *kehu, words = commands()
    for command in kehu:
        copy.must(command)
    lacking = copy.run(words).stdout.splitlines()
    assert not {"Brand", "Brands"} & set(lacking)
    return copy


def test_the_code_of_the_page_is_clean_and_complete(followed: Copy) -> None:
    touched = "app/entities/catalog.py app/models.py app/views/catalog.py app/views/__init__.py"
    followed.must(f"python -m ruff check {touched}")
    followed.must(f"python -m ruff format --check {touched}")
    followed.must("python3 kehu db check")


def test_brands_are_seen_and_added_in_chinese(followed: Copy) -> None:
    (followed.root / "visit.py").write_text(VISIT, encoding="utf-8")
    assert followed.must("python visit.py").splitlines() == ["True True", "[200, 200]"]


def test_brands_are_imported_and_counted(followed: Copy) -> None:
    file = followed.root / "brands.csv"
    file.write_text("Name,Website\n示例牌,example.com\n演示牌,\n", encoding="utf-8")
    followed.must(f"python3 kehu import brands {file}")
    assert followed.must("python3 kehu count brands name=示例牌").splitlines()[-1] == "1"

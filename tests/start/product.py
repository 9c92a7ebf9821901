"""Starting the product as people do: in processes of its own, with bad disks and no network."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

ROOT = Path(__file__).resolve().parents[2]
#: of the administrator of the data folder that tests start from
PASSWORD = "a long walk by the lake"
#: what a person unpacks; everything else is made on the machine
SHIPPED = ["app", "app.py", "config.py", "kehu", "migrations", "seed", "tools"]
MADE = shutil.ignore_patterns("vendor", "vendor.new")

MIGRATION = '''
"""A migration of the next version."""

import sqlalchemy as sa
from alembic import op

revision = "next_version"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("unit", sa.Column("added_by_upgrade", sa.Integer()))
    {then}
'''


def environment(var: Path, **settings: str) -> dict[str, str]:
    """This machine's environment without anybody's own settings of the product.

    Compiled code is kept: without it every start takes a second longer.
    """
    own = ("KEHU_", "SECRET_KEY", "DATABASE_URL", "LC_", "LANG", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | {"KEHU_VAR": str(var), "PYTHONUTF8": "1"} | settings


def flask(*arguments: str) -> list[str]:
    """The command line of one command of the product."""
    return [sys.executable, "-m", "flask", "--app", "app", *arguments]


def run(
    command: list[str], var: Path, *, cwd: Path = ROOT, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run to the end, with nobody at the terminal; `typed` is on the standard input."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(var, **settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It failed, said why in one line with these words, and showed no traceback."""
    errors = done.stderr.strip().splitlines()
    assert done.returncode != 0, done.stdout
    assert len(errors) == 1, done.stderr
    assert "Traceback" not in done.stdout
    for word in words:
        assert word.lower() in errors[0].lower()


def copy_of_product(folder: Path) -> Path:
    """What a person unpacks, in `folder`: no environment, no front-end files, no data."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=MADE)
        else:
            shutil.copy(ROOT / name, folder)
    for path in [*ROOT.glob("requirements*"), *ROOT.glob("package*.json")]:
        shutil.copy(path, folder)
    return folder


def next_version(folder: Path, then: str = "pass") -> Path:
    """The product with one more migration."""
    copy_of_product(folder)
    head = ScriptDirectory(str(folder / "migrations")).get_current_head()
    path = folder / "migrations" / "versions" / "next_version.py"
    path.write_text(MIGRATION.format(head=head, then=then))
    return folder


def isolated(*parts: str, script: str) -> list[str]:
    """`script` in Linux namespaces of its own (`--mount`, `--net`), as their root."""
    prefix = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), *parts]
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("this machine gives no namespaces")
    return [*prefix, "sh", "-ec", script]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: list[str], var: Path, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and the address it says it serves on; ended afterwards if it still runs."""
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(var, **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = []
        for line in server.stdout or ():
            lines.append(line)
            if "://" in line:
                yield server, next(word for word in line.split() if "://" in word)
                break
        else:
            pytest.fail("".join(lines))
    finally:
        server.kill()
        server.wait()
        if server.stdout:
            server.stdout.close()

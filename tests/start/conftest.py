"""A set-up data folder, made once and copied for every test that needs one."""

import shutil
from pathlib import Path

import pytest

from tests.start import product


@pytest.fixture(scope="session")
def _set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("start") / "var"
    command = product.flask("setup", "--admin-password-stdin")
    done = product.run(command, var, typed=f"{product.PASSWORD}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    return var


@pytest.fixture
def var(_set_up: Path, tmp_path: Path) -> Path:
    """The data folder of a product that is set up on SQLite."""
    shutil.copytree(_set_up, tmp_path / "var")
    # The stamp names the database file; the copy's is another one.
    (tmp_path / "var" / "setup.json").unlink()
    return tmp_path / "var"

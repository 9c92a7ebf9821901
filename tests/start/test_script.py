"""The `kehu` script: the first set-up stops early, in one clear line, where it cannot work."""

import ast
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from tests.start import product

SCRIPT = product.ROOT / "kehu"
SPREAD = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("kehu_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader("kehu_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def old_pythons() -> list[str]:
    """Interpreters on this machine from 3.6 to 3.10."""
    names = [shutil.which(f"python3.{minor}") for minor in range(6, 11)]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names += [str(path) for path in sorted(versions.glob("3.*/bin/python3"))]
    return [name for name in names if name and _is_old(name)]


def _is_old(python: str) -> bool:
    """It runs, which a version manager's stand-in may not, and calls itself 3.6 to 3.10."""
    answer = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return bool(re.match(r"Python 3\.([6-9]|10)\.", answer.stdout))


def _base_python() -> str:
    """The interpreter the environment of the tests was made from."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def test_the_script_parses_on_the_oldest_python_that_should_get_a_clear_line() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_gets_one_clear_line(tmp_path: Path) -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no older Python here")
    for python in pythons:
        done = product.run([python, str(SCRIPT), "run"], tmp_path)
        product.assert_one_clear_line(done, "needs Python 3.11 or newer")


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    folder = product.copy_of_product(tmp_path / "kehu")
    (tmp_path / "empty").mkdir()
    library = sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})
    command = product.isolated(
        "--mount",
        script=f"mount --bind {tmp_path}/empty {library}/ensurepip\n"
        f"exec {_base_python()} {folder}/kehu run",
    )
    done = product.run(command, tmp_path, cwd=tmp_path)
    product.assert_one_clear_line(done, "ensurepip", "python3-venv")


def test_the_first_set_up_without_a_network_says_so(tmp_path: Path) -> None:
    folder = product.copy_of_product(tmp_path / "kehu")
    command = product.isolated("--net", script=f"exec {_base_python()} {folder}/kehu run")
    done = product.run(command, tmp_path, cwd=tmp_path)
    product.assert_one_clear_line(done, "network")


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    folder = product.copy_of_product(tmp_path / "kehu")
    command = product.isolated(
        "--mount",
        script=f"mount --bind {folder} {folder}\nmount -o remount,ro,bind {folder}\n"
        f"exec {_base_python()} {folder}/kehu run",
    )
    done = product.run(command, tmp_path, cwd=tmp_path)
    product.assert_one_clear_line(done, str(folder), "cannot be written")


def test_a_full_disk_is_told_before_anything_is_downloaded(tmp_path: Path) -> None:
    folder = product.copy_of_product(tmp_path / "kehu")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = product.isolated(
        "--mount",
        script=f"mount -t tmpfs -o size=40m none {disk}\ncp -r {folder}/. {disk}\n"
        f"exec {_base_python()} {disk}/kehu run",
    )
    done = product.run(command, tmp_path, cwd=tmp_path)
    product.assert_one_clear_line(done, "disk is too full")
    assert done.stdout == ""


def test_without_a_command_it_shows_its_help(tmp_path: Path) -> None:
    done = product.run([sys.executable, str(SCRIPT)], tmp_path)
    assert done.returncode == 0
    assert "kehu run" in done.stdout


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ([], [*SPREAD, "--ignore=tests/faults"]),
        (["-k", "name or other"], [*SPREAD, "-k", "name or other", "--ignore=tests/faults"]),
        (["-n", "0", "-x"], ["-n", "0", "-x", "--ignore=tests/faults"]),
        (["--faults"], ["tests/faults"]),
        (["--faults", "-x"], ["-x", "tests/faults"]),
        (["--faults", "tests/faults/test_a.py"], ["tests/faults/test_a.py"]),
        (["tests/faults/test_a.py"], ["tests/faults/test_a.py"]),
    ],
)
def test_arguments_reach_pytest_and_faults_run_only_when_asked_for(
    script: ModuleType, given: list[str], passed_on: list[str]
) -> None:
    assert script.test_arguments(given) == passed_on

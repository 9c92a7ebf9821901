"""Fetches the front-end files by the npm lock and copies what is served to `app/static/vendor`.

Run as `python -m tools.front_end` in the environment of the product.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "static" / "vendor"
PIP_INSTALL = ["-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
#: the lock file format is read from npm 7 on
OLDEST_NPM = 7

# package: the files that are served; the folder is the package's name without "@", "/" as "-"
FILES = {
    "@tabler/core": ["dist/css/tabler.min.css", "dist/js/tabler.min.js"],
    "@tabler/icons-webfont": ["dist/tabler-icons.min.css", "dist/fonts/tabler-icons.woff2"],
    "axe-core": ["axe.min.js"],
    "echarts": ["dist/echarts.min.js"],
    "flatpickr": ["dist/flatpickr.min.css", "dist/flatpickr.min.js", "dist/l10n/zh.js"],
    "fullcalendar": ["index.global.min.js"],
    "@fullcalendar/core": ["locales/zh-cn.global.min.js"],
    "htmx.org": ["dist/htmx.min.js"],
    "sortablejs": ["Sortable.min.js"],
    "tom-select": [
        "dist/css/tom-select.bootstrap5.min.css",
        "dist/js/tom-select.complete.min.js",
    ],
}
# ReportLab embeds the characters a document uses, so the whole font costs disk only; cut to GBK
# it would lose characters of people's names (䶮, 㛃).
FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc"
FONTS = {
    "NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf",
}

SOURCE_MAP = re.compile(rb"(?:/\*|//)[#@] ?sourceMappingURL=[^\n*]*(?:\*/)?")
# The icon font comes in three formats; every browser that runs the rest reads woff2.
OLD_FONT_FORMATS = re.compile(rb""",url\("[^"]*\.(?:woff|ttf)\?[^"]*"\) ?format\("[^"]*"\)""")
OUTSIDE = re.compile(
    rb"""(?:url\(\s*["']?|@import\s+["']|["'`])((?:https?:)?//[a-z0-9-]+\.[^"'`)\s]*)""", re.I
)
# Addresses that are names or words, never fetched: XML namespaces, licences and manuals.
NAMES_ONLY = (
    b"https://github.com/",
    b"http://www.w3.org/",
    b"https://dequeuniversity.com/rules/",
)


class FrontEndError(Exception):
    """The front-end files cannot be made; the text is one line for the person at the machine."""


def npm_command(scratch: Path) -> list[str]:
    """The machine's own npm, or one from a throw-away environment under `scratch`."""
    own = shutil.which("npm")
    if own and _npm_version(own) >= OLDEST_NPM:
        return [own]
    print("  no npm here: fetching one for the set-up only", flush=True)
    place = scratch / "npm"
    venv.create(place, with_pip=True)
    folder = place / ("Scripts" if os.name == "nt" else "bin")
    _run(
        [str(folder / "python"), *PIP_INSTALL, "-r", str(ROOT / "requirements-npm.txt")],
        cwd=scratch,
    )
    # npm itself starts `node` from the PATH.
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return [str(folder / "npm")]


def _npm_version(npm: str) -> int:
    answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().split(".")[0]
    return int(major) if answer.returncode == 0 and major.isdigit() else 0


def _run(command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        detail = next((line for line in lines if "code E" in line or "ERROR" in line), "")
        raise FrontEndError(f"{Path(command[0]).name} failed: {detail or lines[-1:]}")


def fetch(scratch: Path) -> Path:
    """Install the locked packages under `scratch`; answer their node_modules folder."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, scratch)
    _run([*npm_command(scratch), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=scratch)
    return scratch / "node_modules"


def clean(content: bytes) -> bytes:
    """A script or style sheet without what would make a browser ask for files we do not serve."""
    return OLD_FONT_FORMATS.sub(b"", SOURCE_MAP.sub(b"", content))


def outside_addresses(content: bytes) -> Iterator[str]:
    """Addresses elsewhere that the cleaned script or style sheet could load from."""
    for address in OUTSIDE.findall(content):
        if not address.startswith(NAMES_ONLY):
            yield address.decode()


def copy(modules: Path, vendor: Path) -> None:
    """Copy the served files and fonts from `modules` to `vendor`, cleaned and checked."""
    for package, files in FILES.items():
        folder = vendor / package.lstrip("@").replace("/", "-")
        for name in files:
            target = folder / ("fonts" if name.endswith(".woff2") else "") / Path(name).name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = (modules / package / name).read_bytes()
            if target.suffix in {".js", ".css"}:
                content = clean(content)
                for address in outside_addresses(content):
                    raise FrontEndError(f"{package} {name} would load from elsewhere: {address}")
            target.write_bytes(content)
    (vendor / "fonts").mkdir()
    for target_name, source in FONTS.items():
        shutil.copy(modules / FONT_PACKAGE / source, vendor / "fonts" / target_name)
    (vendor / "LICENSES.txt").write_text(licences(modules), encoding="utf-8")


def licences(modules: Path) -> str:
    """Name, version, licence and licence text of every package in `modules`."""
    parts = []
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        package = json.loads(manifest.read_text(encoding="utf-8"))
        texts = [
            path.read_text(encoding="utf-8", errors="replace").strip()
            for path in sorted(manifest.parent.glob("LICENSE*"))
        ]
        title = f"{package['name']} {package['version']} — {package.get('license', 'see below')}"
        parts.append("\n\n".join([title, "=" * len(title), *texts]))
    return "\n\n\n".join(parts) + "\n"


def main() -> None:
    """Make `app/static/vendor` anew; the old folder stays until the new one is whole."""
    draft = VENDOR.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory(prefix="kehu-npm-", ignore_cleanup_errors=True) as folder:
            modules = fetch(Path(folder))
            copy(modules, draft)
        shutil.rmtree(VENDOR, ignore_errors=True)
        draft.rename(VENDOR)
    except (FrontEndError, OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        sys.exit(f"The front-end files could not be fetched: {error}")


if __name__ == "__main__":
    main()

"""The front-end files: served from this machine, asking for nothing elsewhere."""

import json
import re

import pytest
from reportlab.pdfbase.ttfonts import TTFont

from tests.start import product
from tools import front_end

SERVED = sorted(path for path in front_end.VENDOR.rglob("*") if path.suffix in {".js", ".css"})


@pytest.fixture(autouse=True)
def _fetched() -> None:
    assert front_end.VENDOR.is_dir(), "run `kehu run --setup-only` first"


def test_every_file_that_pages_load_is_there() -> None:
    assert len(SERVED) == sum(
        name.endswith((".js", ".css")) for files in front_end.FILES.values() for name in files
    )


def test_no_served_file_asks_for_a_source_map_or_another_machine() -> None:
    for path in SERVED:
        content = path.read_bytes()
        assert b"sourceMappingURL=" not in content, path
        assert not list(front_end.outside_addresses(content)), path


def test_every_file_a_style_sheet_names_is_served() -> None:
    for path in SERVED:
        if path.suffix == ".css":
            for name in re.findall(r"url\(\"?(\.[^\")?#]+)", path.read_text(encoding="utf-8")):
                assert (path.parent / name).is_file(), f"{path}: {name}"


@pytest.mark.parametrize(
    "content",
    [
        b"@import 'https://fonts.example/css'",
        b"a{background:url(//cdn.example/a.png)}",
        b'fetch("https://track.example/x")',
        b"s.src=`http://cdn.example/a.js`",
    ],
)
def test_an_address_elsewhere_is_found(content: bytes) -> None:
    assert list(front_end.outside_addresses(content))


@pytest.mark.parametrize(
    "content",
    [
        b'createElementNS("http://www.w3.org/2000/svg","g")',
        b"/* see https://tabler.io */",
        b"a{background:url(data:image/png;base64,AAAA)}",
    ],
)
def test_names_and_comments_are_no_addresses(content: bytes) -> None:
    assert not list(front_end.outside_addresses(content))


@pytest.mark.parametrize(
    ("content", "cleaned"),
    [
        (b"a()\n//# sourceMappingURL=a.js.map\n", b"a()\n\n"),
        (b"a{}/*# sourceMappingURL=a.css.map */", b"a{}"),
    ],
)
def test_a_pointer_to_a_source_map_is_cut_off(content: bytes, cleaned: bytes) -> None:
    assert front_end.clean(content) == cleaned


def test_the_licence_of_every_package_is_served() -> None:
    licences = (front_end.VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    manifest = json.loads((product.ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in (manifest["dependencies"] | manifest["devDependencies"]).items():
        assert f"\n{name} {version} — " in f"\n{licences}"


@pytest.mark.parametrize("name", list(front_end.FONTS))
def test_the_document_font_has_the_characters_of_rare_names_and_money(name: str) -> None:
    font = TTFont("test", str(front_end.VENDOR / "fonts" / name))
    assert not [
        character
        for character in "喆堃镕㛃翀犇䶮〇¥€，。A9"
        if ord(character) not in font.face.charToGlyph
    ]

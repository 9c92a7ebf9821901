"""Readings follow the word that a character stands in, and others remain possible."""

import subprocess
import sys

import pytest

from app.lowcode.search.pinyin import readings


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("重庆", ["chong", "qing"]),
        ("重量", ["zhong", "liang"]),
        ("长沙", ["chang", "sha"]),
        ("市长", ["shi", "zhang"]),
        ("银行", ["yin", "hang"]),
        ("绿地", ["lv", "di"]),
        ("华瑞科技", ["hua", "rui", "ke", "ji"]),
    ],
)
def test_the_word_decides_what_is_usual(text: str, usual: list[str]) -> None:
    assert [each[0] for each in readings(text)] == usual


@pytest.mark.parametrize(
    ("name", "reading"), [("单田芳", "shan"), ("曾国藩", "zeng"), ("仇英", "qiu"), ("解缙", "xie")]
)
def test_family_names_have_their_own_reading_too(name: str, reading: str) -> None:
    assert reading in readings(name)[0]


def test_what_is_not_chinese_has_none() -> None:
    assert readings("a 1é，") == [(), (), (), (), ()]
    assert readings("ハ각") == [(), ()]


def test_the_tables_are_read_once_they_are_wanted_and_not_before() -> None:
    """Commands that need none do not wait for them; the server has them before its first save."""
    said = (
        "import sys; from app.lowcode.search import pinyin\n"
        "def is_read(): return 'pypinyin.phrases_dict' in sys.modules\n"
        "print(is_read(), pinyin.load(), is_read())"
    )
    answer = subprocess.check_output([sys.executable, "-c", said], text=True)
    assert answer.split() == ["False", "None", "True"]

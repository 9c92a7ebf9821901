"""Tokens and queries are two sides of one rule: whatever is typed finds what it stands for."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.search import (
    AllOf,
    Kind,
    OneOf,
    Query,
    Token,
    beginning,
    closeness,
    is_spelled,
    marks,
    may_slip,
    normalized,
    tokens,
    wanted,
    words_of,
)

CODE = "abc"
SPOKEN = {
    "重": ("chong", "zhong"), "庆": ("qing",), "单": ("dan", "shan"), "华": ("hua",),
    "瑞": ("rui",), "有": ("you",), "限": ("xian",), "公": ("gong",), "司": ("si",),
}  # fmt: skip


def spoken(text: str) -> list[tuple[str, ...]]:
    return [SPOKEN.get(character, ()) for character in text]


def holds(query: Query | None, held: set[str]) -> bool:
    """What a database answers for a row with these tokens."""
    match query:
        case None:
            return False
        case Token(text, is_start):
            return any(token.startswith(text) for token in held) if is_start else text in held
        case AllOf(parts):
            return all(holds(part, held) for part in parts)
        case OneOf(parts):
            return any(holds(part, held) for part in parts)


def finds(typed: str, text: str, kind: Kind = Kind.NAME, *, tolerant: bool = False) -> bool:
    held = set(tokens(CODE, kind, text, spoken))
    return all(holds(wanted(CODE, kind, word, tolerant=tolerant), held) for word in words_of(typed))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("华", "重庆华瑞有限公司"),
        ("司", "重庆华瑞有限公司"),
        ("华瑞", "重庆华瑞有限公司"),
        ("庆华瑞有", "重庆华瑞有限公司"),
        ("有限 重庆", "重庆华瑞有限公司"),
        ("ＨＵＡ", "Huarui Ltd."),
        ("rui", "华瑞"),
        ("cafe", "Café Müller"),
        ("MULLER", "Café Müller"),
        ("kh-42", "KH-00042"),
        ("00042", "C00042"),
        ("42", "C00042"),
        ("c0004", "C00042"),
        ("ﾊﾝ", "ハンコ"),
    ],
)
def test_what_is_written_is_found_from_the_first_character_on(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("华庆", "重庆华瑞"), ("瑞华", "重庆华瑞"), ("uarui", "Huarui"), ("huarui x", "Huarui Ltd")],
)
def test_what_is_not_written_is_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


@pytest.mark.parametrize(
    "typed",
    ["chongqing", "chongq", "zhongqing", "cq", "zq", "cqhr", "qinghua", "huarui", "hr", "hrui"],
)
def test_names_are_found_by_pinyin_and_initials_from_any_character_on(typed: str) -> None:
    assert finds(typed, "重庆华瑞有限公司") is (typed != "hrui")


def test_nobody_looks_for_a_legal_form_by_its_sound_but_for_one_that_is_the_name() -> None:
    assert not finds("yxgs", "重庆华瑞有限公司")
    assert finds("gongsi", "公司")


def test_a_family_name_is_found_by_its_own_reading() -> None:
    assert finds("shan", "单庆")
    assert finds("sq", "单庆")
    assert finds("dq", "单庆")


def test_long_texts_are_found_by_what_is_written_alone() -> None:
    assert finds("华瑞", "来自华瑞", Kind.TEXT)
    assert not finds("huarui", "来自华瑞", Kind.TEXT)


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("138", True), ("1380013", True), ("0013", True), ("8000", True), ("13800138000", True),
        ("+86 138 0013 8000", True), ("138-0013", True), ("000", True), ("13", False),
        ("1390", False), ("华", False),
    ],
)  # fmt: skip
def test_numbers_are_found_by_any_three_digits(typed: str, is_found: bool) -> None:
    assert finds(typed, "+86 138 0013 8000", Kind.PHONE) is is_found


@pytest.mark.parametrize(
    "typed", ["hurui", "huaarui", "haurui", "huaruj", "xuarui", "huarii", "huaruix", "uarui"]
)
def test_one_slip_is_forgiven_where_it_is_asked_for(typed: str) -> None:
    assert finds(typed, "Huarui Trading", tolerant=True)
    assert not finds(typed, "Huarui Trading")


@pytest.mark.parametrize("typed", ["huar", "huorai", "hxaruii", "ltx"])
def test_short_words_and_second_slips_are_not(typed: str) -> None:
    assert finds(typed, "Huarui Ltd", tolerant=True) is (typed == "huar")


@given(
    st.text(string.ascii_lowercase, min_size=5, max_size=12),
    st.integers(0, 11),
    st.sampled_from(string.ascii_lowercase),
    st.sampled_from(["add", "drop", "change", "swap"]),
)
def test_every_single_slip_is_found(word: str, at: int, letter: str, slip: str) -> None:
    at %= len(word) - 1
    typed = {
        "add": word[:at] + letter + word[at:],
        "drop": word[:at] + word[at + 1 :],
        "change": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[slip]
    assert finds(typed, word, tolerant=True) or not may_slip(typed)


@given(st.text("华瑞重庆ab1 -", min_size=1, max_size=12), st.integers(0, 11), st.integers(1, 12))
def test_every_part_of_a_chinese_run_is_found(text: str, start: int, size: int) -> None:
    part = "".join(c for c in text[start : start + size] if c in "华瑞重庆")
    if part and part in text:
        assert finds(part, text)


@given(st.text(max_size=60))
def test_tokens_and_queries_hold_nothing_that_a_database_would_read_otherwise(text: str) -> None:
    def all_texts(query: Query | None) -> list[str]:
        match query:
            case None:
                return []
            case Token(held):
                return [held]
            case AllOf(parts) | OneOf(parts):
                return [found for part in parts for found in all_texts(part)]

    found = [*tokens(CODE, Kind.NAME, text, spoken), *all_texts(wanted(CODE, Kind.NAME, text))]
    signs = set(string.punctuation + string.whitespace)
    assert not any(signs & set(token) or len(token.split()) > 1 for token in found), found


def test_signs_alone_are_not_in_the_index() -> None:
    assert not is_spelled("%_-")
    assert is_spelled("%a")
    assert wanted(CODE, Kind.NAME, "%") is None


def test_what_begins_so_and_what_is_called_so() -> None:
    held = set(tokens(CODE, Kind.NAME, "华瑞 科技", spoken))
    for typed in ("华", "华瑞", "华瑞科", "华瑞科技"):
        assert holds(beginning(CODE, typed), held), typed
        assert holds(beginning(CODE, typed, is_all=True), held) == (typed == "华瑞科技")
    for other in ("瑞", "科技", "华科", "华瑞技", "华瑞科技有"):
        assert not holds(beginning(CODE, other), held), other
    assert beginning(CODE, "%") is None


@pytest.mark.parametrize("name", ["A", "Ad", "华"])
def test_a_name_of_few_letters_begins_with_all_of_them(name: str) -> None:
    held = set(tokens(CODE, Kind.NAME, name, spoken))
    assert holds(beginning(CODE, name), held)
    assert holds(beginning(CODE, name, is_all=True), held)
    assert not holds(beginning(CODE, f"{name}x"), held)


def test_closeness_is_sameness_then_beginning_then_the_rest() -> None:
    assert [closeness(["Ａcme Ltd", "C1"], typed) for typed in ("ACME ltd", "acm", "ltd")] == [
        0,
        1,
        2,
    ]
    assert closeness(["Acme", "C1"], "c1") == 0


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("重庆华瑞", "华瑞", [(2, 4)]),
        ("重庆华瑞", "瑞 重", [(0, 1), (3, 4)]),
        ("重庆华瑞", "huar", [(2, 4)]),
        ("重庆华瑞", "hr", [(2, 4)]),
        ("重庆华瑞", "zq", [(0, 2)]),
        ("ＡＣＭＥ Ltd", "acme", [(0, 4)]),
        ("ﬁne", "fi", [(0, 1)]),
        ("Acme", "x", []),
    ],
)
def test_what_was_found_is_marked(text: str, typed: str, found: list[tuple[int, int]]) -> None:
    assert marks(text, typed, spoken(text)) == found


def test_words_are_compared_without_width_case_and_accents() -> None:
    assert normalized("Ｃafé ÅB") == "cafe ab"
    assert normalized("ガ각") == "ガ각"

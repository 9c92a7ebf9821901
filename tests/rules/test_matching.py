"""Two spellings of one company are found, two companies of similar names are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.matching import (
    SUSPECT,
    Keys,
    MatchKind,
    MatchReason,
    MatchRule,
    keys_of,
    one_edit_apart,
    similarity,
    tokens,
)

RULES = (
    MatchRule(MatchKind.CODE, ("tax_number",), 98),
    MatchRule(MatchKind.NAME, ("name",), 90, weaker=("kind", "individual", 50)),
    MatchRule(MatchKind.PHONE, ("phone", "mobile"), 65),
    MatchRule(MatchKind.EMAIL, ("email",), 70),
)
PEOPLE = (
    MatchRule(MatchKind.NAME, ("name",), 45),
    MatchRule(MatchKind.WHOLE, ("customer_id",), 40),
)
#: 锐 and 瑞 are read the same
SOUNDS = str.maketrans({"锐": "瑞"})


def keys(rules: tuple[MatchRule, ...] = RULES, **values: object) -> Keys:
    return keys_of(rules, values, lambda text: text.translate(SOUNDS))


def compared(one: dict[str, object], other: dict[str, object]) -> tuple[int, list[MatchReason]]:
    found = similarity(RULES, keys(**one), keys(**other))
    return found.score, list(found.reasons)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华瑞科技有限公司", "华瑞科技股份有限公司"),
        (" 华瑞 科技", "华瑞科技"),
        ("Acme Tools Co., Ltd.", "ACME TOOLS GmbH"),
        ("Ａｃｍｅ Tools", "acme-tools"),
    ],
)
def test_spellings_of_one_name_are_the_same_name(one: str, other: str) -> None:
    assert compared({"name": one}, {"name": other}) == (90, [MatchReason.SAME_NAME])


def test_a_name_typed_with_a_character_of_the_same_sound_is_found() -> None:
    score, reasons = compared({"name": "华瑞科技"}, {"name": "华锐科技有限公司"})
    assert score >= SUSPECT
    assert reasons == [MatchReason.SAME_SOUND]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北京华信贸易发展", "北京华信贸易发屏"),
        ("Northern Lights", "Northern Light"),
        ("Acme Tooling", "Acne Tooling"),
    ],
)
def test_a_typing_error_in_a_long_name_is_found(one: str, other: str) -> None:
    score, reasons = compared({"name": one}, {"name": other})
    assert score >= SUSPECT
    assert reasons == [MatchReason.ONE_OFF]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("苏州恒达精密机械", "杭州恒达精密机械"),
        ("恒达集团第一分公司", "恒达集团第二分公司"),
        ("恒达物流华东中心", "恒达物流华北中心"),
        ("Store 101 Downtown", "Store 102 Downtown"),
        ("华信科技", "华德科技"),
        ("北京恒达精密", "恒达精密"),
    ],
)
def test_two_companies_of_similar_names_are_two(one: str, other: str) -> None:
    assert compared({"name": one}, {"name": other})[0] < SUSPECT


def test_evidence_adds_up_and_contradicting_numbers_take_away() -> None:
    name = {"name": "华瑞科技"}
    alone = compared(name, name)[0]
    phones = {"phone": "010-6552 9988"}, {"mobile": "+86 10 65529988"}
    same_phone = compared({**name, **phones[0]}, {**name, **phones[1]})
    assert alone < same_phone[0] <= 100
    assert same_phone[1] == [MatchReason.SAME_NAME, MatchReason.SAME_PHONE]
    numbers = {"tax_number": "91350100M000100Y43"}, {"tax_number": "91350100M000100Y51"}
    score, reasons = compared({**name, **numbers[0]}, {**name, **numbers[1]})
    assert score < alone
    assert reasons == [MatchReason.SAME_NAME, MatchReason.OTHER_CODE]


def test_people_of_one_name_are_many_until_something_else_agrees() -> None:
    person = {"name": "王伟", "kind": "individual"}
    assert compared(person, person)[0] < SUSPECT
    phone = {"phone": "13800138000"}
    assert compared(person | phone, person | phone)[0] >= SUSPECT


@pytest.mark.parametrize("phone", ["110", "0000000", "00000000000", None, ""])
def test_placeholders_agree_with_nothing(phone: str | None) -> None:
    assert compared({"phone": phone}, {"phone": phone}) == (0, [])


def test_weak_keys_are_looked_up_together_alone() -> None:
    one = keys(PEOPLE, name="王伟", customer_id=7)
    same = keys(PEOPLE, name="王伟", customer_id=7)
    elsewhere = keys(PEOPLE, name="王伟", customer_id=8)
    assert set(tokens(PEOPLE, one)) & set(tokens(PEOPLE, same))
    assert not set(tokens(PEOPLE, one)) & set(tokens(PEOPLE, elsewhere))
    assert similarity(PEOPLE, one, same).score >= SUSPECT


NAMES = st.text(alphabet="华瑞锐科技北京恒达acme 12", min_size=1, max_size=12)
RECORDS = st.fixed_dictionaries(
    {"name": NAMES, "phone": st.sampled_from([None, "13800138000", "13900139000"])}
)


@given(RECORDS, RECORDS)
def test_a_score_has_no_direction_and_its_limits(one: dict, other: dict) -> None:
    there = similarity(RULES, keys(**one), keys(**other))
    back = similarity(RULES, keys(**other), keys(**one))
    assert there.score == back.score
    assert set(there.reasons) == set(back.reasons)
    assert 0 <= there.score <= 100


@given(RECORDS, RECORDS)
def test_whatever_is_suspect_shares_a_token(one: dict, other: dict) -> None:
    ours, theirs = keys(**one), keys(**other)
    if similarity(RULES, ours, theirs).score >= SUSPECT:
        assert set(tokens(RULES, ours)) & set(tokens(RULES, theirs))


@given(NAMES, st.data())
def test_one_edit_is_seen_wherever_it_is(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    for other in (name[:place] + name[place + 1 :], name[:place] + "#" + name[place + 1 :]):
        assert one_edit_apart(name, other) is not None
        assert one_edit_apart(other, name) is not None
    assert one_edit_apart(name, name) is None
    assert one_edit_apart(name, "##" + name) is None

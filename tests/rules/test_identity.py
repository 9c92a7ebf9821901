"""Names are compared by what identifies them; addresses and numbers are checked for real."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import InvalidInput
from app.rules.identity import check_email, check_phone, check_uscc, normalize_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "华为 技术"),
        ("华为（集团）有限责任公司", "华为"),
        ("北京 有限 公司", "北京"),
        ("ＡＣＭＥ Co., Ltd.", "acme"),
        ("Acme Co.,Ltd", "ACME, Inc."),
        ("Acme Ltd (有限公司)", "acme"),
        ("Beispiel-Werke GmbH", "Beispielwerke"),
        ("B's Beverages", "Bs Beverages"),
    ],
)
def test_spellings_of_one_name_are_the_same(one, other):
    assert normalize_name(one) == normalize_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zinc", "Z"),  # ends like "Inc" but is a word
        ("上海分公司", "上海公司"),  # a branch is another customer
        ("公司", "集团"),
        ("Co. A", "Co. B"),
    ],
)
def test_different_names_stay_different(one, other):
    assert normalize_name(one) != normalize_name(other)


@given(st.text(min_size=1))
def test_no_name_becomes_empty(text):
    assert normalize_name(text)


@given(st.text(alphabet="abcXYZ华为技术 .-", min_size=1).filter(str.strip))
def test_a_normalized_name_is_normal(text):
    assert normalize_name(normalize_name(text)) == normalize_name(text)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Name@Example.COM", "name@example.com"),
        ("ｎａｍｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "name@example.com"),
        (" a.b+c@mail.ex-ample.co.uk ", "a.b+c@mail.ex-ample.co.uk"),
    ],
)
def test_an_email_address_is_normalised(typed, expected):
    assert check_email(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["a@b", "a..b@c.com", "@c.com", "a@-c.com", "a b@c.com", "a@c.com\nBcc: x@y.com", "张@c.com",
     "x" * 65 + "@c.com", "a@1.2.3.4"],
)  # fmt: skip
def test_what_mail_cannot_reach_is_refused(typed):
    with pytest.raises(InvalidInput, match="e-mail"):
        check_email(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("030-0074321", "030-0074321"),
        ("(5) 555-4729", "(5) 555-4729"),
        ("0621-08460", "0621-08460"),
        ("0921-12 34 65", "0921-12 34 65"),
        ("88.60.15.31", "88.60.15.31"),
        ("（０１０）６５５２９９８８", "(010)65529988"),
        ("+1 206 555 9857", "+1 206 555 9857"),
        ("138 0013 8000", "13800138000"),
        ("１３８-００１３-８０００", "13800138000"),
        ("010-65529988转123", "010-65529988转123"),
        ("010-65529988 ext. 12", "010-65529988 ext. 12"),
    ],
)
def test_a_phone_number_of_any_country_passes(typed, expected):
    assert check_phone(typed) == expected


@pytest.mark.parametrize(
    "typed", ["12800138000", "10012345678", "1234", "9" * 21, "France", "(5 555-4729", "5) 5554(7"]
)
def test_what_cannot_be_dialled_is_refused(typed):
    with pytest.raises(InvalidInput):
        check_phone(typed)


@pytest.mark.parametrize("typed", ["91350100M000100Y43", "９１３５0100 m000 100y43"])
def test_the_code_of_the_standard_passes(typed):
    assert check_uscc(typed) == "91350100M000100Y43"


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_character_of_a_tax_code_is_noticed(place):
    code = "91350100M000100Y43"
    wrong = "2" if code[place] != "2" else "3"
    with pytest.raises(InvalidInput, match="check character"):
        check_uscc(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize(
    "typed", ["", "91350100M000100Y4", "91350100I000100Y43", "9135010AM000100Y43"]
)
def test_a_code_of_another_form_is_refused(typed):
    with pytest.raises(InvalidInput, match="18 digits and capital letters"):
        check_uscc(typed)

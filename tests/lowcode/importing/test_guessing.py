"""Columns are recognised by their headers in both languages, and never twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lowcode.importing.guessing import FieldHint, guess_mapping

CUSTOMER = [
    FieldHint("name", ["Name", "名称"]),
    FieldHint("code", ["Code", "编号"]),
    FieldHint("kind", ["Kind", "客户类型"]),
    FieldHint("tier", ["Tier", "等级"]),
    FieldHint("phone", ["Phone", "电话"]),
    FieldHint("mobile", ["Mobile", "手机"]),
    FieldHint("email", ["E-mail", "邮箱"]),
    FieldHint("tax_number", ["Unified social credit code", "统一社会信用代码"]),
    FieldHint("address", ["Address", "地址"]),
    FieldHint("city", ["City", "城市"]),
    FieldHint("postal_code", ["Postal code", "邮编"]),
    FieldHint("notes", ["Notes", "备注"]),
]
PRODUCT = [
    FieldHint("code", ["Code", "编号"]),
    FieldHint("name", ["Name", "名称"]),
    FieldHint("category", ["Category", "类别"]),
    FieldHint("supplier", ["Supplier", "供应商"]),
    FieldHint("price", ["Price", "单价"]),
]


@pytest.mark.parametrize(
    ("fields", "title", "name"),
    [
        (CUSTOMER, "客户名称", "name"),
        (CUSTOMER, "公司名称", "name"),
        (CUSTOMER, "companyName", "name"),
        (CUSTOMER, "COMPANY", "name"),
        (CUSTOMER, "customerID", "code"),
        (CUSTOMER, "客户编号", "code"),
        (CUSTOMER, "客户类型", "kind"),
        (CUSTOMER, "客户等级", "tier"),
        (CUSTOMER, "联系电话", "phone"),
        (CUSTOMER, "Tel.", "phone"),
        (CUSTOMER, "Phone Number", "phone"),
        (CUSTOMER, "手机号", "mobile"),
        (CUSTOMER, "e mail", "email"),
        (CUSTOMER, "Ｅ－ＭＡＩＬ", "email"),
        (CUSTOMER, "电子邮箱", "email"),
        (CUSTOMER, "税号", "tax_number"),
        (CUSTOMER, "Tax Number", "tax_number"),
        (CUSTOMER, "详细地址", "address"),
        (CUSTOMER, "所在城市", "city"),
        (CUSTOMER, "postalCode", "postal_code"),
        (CUSTOMER, "Remarks", "notes"),
        (PRODUCT, "productName", "name"),
        (PRODUCT, "categoryID", "category"),  # refers to another table
        (PRODUCT, "供应商名称", "supplier"),
        (PRODUCT, "unit_price", "price"),
    ],
)
def test_a_header_is_recognised(fields, title, name):
    assert guess_mapping([title], fields) == {0: name}


@pytest.mark.parametrize("title", ["", "  ", "---", "contactName", "联系人手机", "fax", "x"])
def test_a_header_of_something_else_is_left_alone(title):
    assert guess_mapping([title], CUSTOMER) == {}


def test_the_surest_match_comes_first():
    assert guess_mapping(["company", "name"], CUSTOMER) == {1: "name"}
    assert guess_mapping(["mobile phone", "phone"], CUSTOMER) == {0: "mobile", 1: "phone"}


def test_a_mobile_number_stands_in_where_there_is_no_phone_column():
    assert guess_mapping(["手机"], [FieldHint("phone", ["电话"])]) == {0: "phone"}
    assert guess_mapping(["手机", "电话"], [FieldHint("phone", ["Phone"])]) == {1: "phone"}


def test_of_two_equal_columns_the_one_further_left_is_taken():
    assert guess_mapping(["name", "Name"], CUSTOMER) == {0: "name"}


def test_the_columns_of_a_product_file_find_their_fields():
    header = [
        "productID",
        "productName",
        "supplierID",
        "categoryID",
        "quantityPerUnit",
        "unitPrice",
    ]
    assert guess_mapping(header, PRODUCT) == {
        0: "code", 1: "name", 2: "supplier", 3: "category", 5: "price",
    }  # fmt: skip


@given(st.lists(st.sampled_from(["name", "客户名称", "phone", "手机", "id", "编号", "地址", "?"])))
def test_no_field_is_used_twice(header):
    names = list(guess_mapping(header, CUSTOMER).values())
    assert len(names) == len(set(names))

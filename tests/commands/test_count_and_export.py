"""`kehu count` and `kehu export`: what scripts and checks read from the command line."""

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.entities.catalog import Product, ProductCategory
from app.entities.customers import Customer
from tests.callers import Caller, inside

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _rows(app: Flask) -> None:
    with inside(app) as session:
        drinks = ProductCategory(code="D", name="Drinks")
        session.add_all(
            [
                Customer(name="Alpha", tier="vip", credit_limit=Decimal("12.50"), country="DE"),
                Customer(name="Beta", tier="vip", credit_limit=Decimal("0.10")),
                Customer(name="Gamma", tier="potential"),
                Product(name="Tea", code="T", category=drinks, sale_price=Decimal(3)),
                Product(name="Cup", code="C", sale_price=Decimal(4)),
            ]
        )


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        (["customers"], "3"),
        (["customers", "tier=vip"], "2"),
        (["customers", "tier=vip,potential"], "3"),
        (["customers", "country=DE"], "1"),
        (["customers", "name=Alpha"], "1"),
        (["customers", "q=alph"], "1"),
        (["customers", "credit_limit=1..20"], "1"),
        (["customers", "credit_limit=-"], "1"),
        (["customers", "tier=vip", "--sum", "credit_limit"], "12.60"),
        (["customers", "tier=potential", "--sum", "credit_limit"], "0.00"),
        (["products", "category=Drinks"], "1"),
        (["products", "category=D"], "1"),
        (["products", "category.name=Drink"], "1"),
        (["product-categories"], "1"),
    ],
)
def test_the_last_line_is_the_figure_alone(app: Flask, words: list[str], figure: str) -> None:
    result = run(app, "count", *words)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == figure


@pytest.mark.parametrize(
    "words",
    [
        ["unicorns"],
        ["customers", "colour=red"],
        ["customers", "name_key=x"],
        ["customers", "owner.password=x"],
        ["customers", "tier"],
        ["customers", "tier=platinum"],
        ["customers", "credit_limit=lots"],
        ["customers", "--sum", "name"],
        ["customers", "--sum", "colour"],
        ["customers", "--user", "nobody"],
    ],
)
def test_what_does_not_exist_gets_one_clear_line(app: Flask, words: list[str]) -> None:
    result = run(app, "count", *words)
    assert result.exit_code == 2, result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_person_counts_what_that_person_sees(app: Flask) -> None:
    ann = Caller(app, "sales", username="ann")
    assert run(app, "count", "customers", "--user", "ann").output.strip() == "0"
    ann.post("customers", name="Of Ann")
    assert run(app, "count", "customers", "--user", "ann").output.strip() == "1"
    Caller(app, "warehouse", username="will")
    assert run(app, "count", "customers", "--user", "will").exit_code == 2


@pytest.mark.parametrize(("name", "start"), [("c.csv", b"\xef\xbb\xbf"), ("c.xlsx", b"PK")])
def test_the_file_name_chooses_the_format(
    app: Flask, tmp_path: Path, name: str, start: bytes
) -> None:
    out = tmp_path / name
    result = run(app, "export", "customers", "tier=vip", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(start)


def test_without_a_file_the_rows_are_written_to_the_output(app: Flask) -> None:
    lines = run(app, "export", "customers", "tier=vip").output.splitlines()
    assert len(lines) == 3
    assert {line.split(",")[0] for line in lines[1:]} == {"Alpha", "Beta"}


def test_a_pdf_is_made_without_a_request(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "customers.pdf"
    assert run(app, "export", "customers", "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    "words",
    [["unicorns"], ["customers", "--format", "exe"], ["customers", "--out", "/nowhere/c.csv"]],
)
def test_what_cannot_be_exported_gets_one_clear_line(app: Flask, words: list[str]) -> None:
    result = run(app, "export", *words)
    assert result.exit_code == 2, result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("options", [[], ["--all-columns"]])
def test_an_exported_file_comes_back_without_a_change(
    app: Flask, tmp_path: Path, options: list[str]
) -> None:
    with inside(app) as session:
        session.add_all(
            [
                Customer(name="=Formula & Sons", phone="+86 10 1234 5678", notes='-a, "b"\n;c'),
                Customer(name="任意客户", credit_limit=Decimal("-0.5") * -1, do_not_contact=True),
            ]
        )
    out = tmp_path / "customers.csv"
    assert run(app, "export", "customers", *options, "--out", str(out)).exit_code == 0
    result = run(app, "import", "customers", str(out))
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].endswith("created 0, changed 0, unchanged 5, failed 0"), (
        result.output
    )

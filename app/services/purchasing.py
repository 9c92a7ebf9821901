"""What must hold on a supplier's file."""

from app.entities.purchasing import Supplier
from app.rules.countries import Country
from app.rules.identity import check_tax_number


def check_supplier(supplier: Supplier) -> None:
    """Puts the tax number in its registered form; raises InvalidInput where it cannot be one."""
    if supplier.tax_number:
        supplier.tax_number = check_tax_number(supplier.tax_number, supplier.country or Country.CN)

"""The sample company's suppliers, products and sets."""

from decimal import Decimal

from app.entities.catalog import Product, ProductCategory, ProductComponent
from app.entities.purchasing import Supplier
from app.rules.purchasing import PaymentTerms, SupplierGrade
from seed.demo import words
from seed.demo.sample import Sample

SUPPLIERS = 20


def add_suppliers(sample: Sample) -> None:
    for number in range(1, SUPPLIERS + 1):
        province, city, _district, region, area = sample.random.choice(words.PLACES)
        trade = words.SUPPLIES[number % len(words.SUPPLIES)]
        sample.suppliers.append(
            Supplier(
                name=f"示例{city[:-1]}{trade}供应有限公司 {number:02}",
                grade=sample.random.choice(list(SupplierGrade)[:4]),
                contact_name=f"演示{sample.random.choice(words.SURNAMES)}经理",
                contact_title="销售经理",
                phone=f"{area}-0001{number:04}",
                email=f"supplier{number:02}@example.com",
                website=f"https://supplier{number:02}.example.com",
                tax_number=sample.tax_number(9000 + number),
                province=province,
                city=city,
                address=f"{sample.random.choice(words.STREETS)} {number} 号",
                region=sample.regions[region],
                payment_terms=sample.random.choice(list(PaymentTerms)),
                bank_name="示例银行演示支行",
                bank_account=f"0000000000{number:06}",
            )
        )
    sample.session.add_all(sample.suppliers)


def add_products(sample: Sample) -> None:
    categories: dict[str, ProductCategory] = {}
    for code, name, parent in words.CATEGORIES:
        categories[code] = ProductCategory(
            code=f"demo-{code}", name=name, parent=categories.get(parent or "")
        )
    first: dict[str, Product] = {}
    for name, category, use, unit, sale, purchase, sizes in words.PRODUCTS:
        for step, size in enumerate(sizes.split()):
            dearer = 1 + Decimal("0.25") * step
            product = Product(
                name=f"示例{name} {size}",
                category=categories[category],
                use=use,
                unit=sample.units[unit],
                specification=size,
                sale_price=sale and Decimal(sale) * dearer,
                purchase_price=purchase and Decimal(purchase) * dearer,
                supplier=sample.random.choice(sample.suppliers) if purchase else None,
                is_discontinued=sample.one_in(15),
            )
            sample.session.add(product)
            first.setdefault(name, product)
    for name, parts in words.SETS:
        bundle = Product(name=name, category=categories["equipment"], unit=sample.units["set"])
        bundle.components = [
            ProductComponent(component=first[part], quantity=Decimal(count))
            for part, count in parts
        ]
        bundle.sale_price = sum(line.amount for line in bundle.components)
        sample.session.add(bundle)
    sample.session.flush()

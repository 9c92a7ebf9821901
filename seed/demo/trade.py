"""The sample company's year of trade: opening stock, purchases, orders and payments."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.inventory import ReorderPoint, Warehouse
from app.entities.purchasing import PurchaseOrder, PurchaseOrderLine
from app.entities.sales.order import Carrier, SalesOrder, SalesOrderLine
from app.rules.billing import PaymentMethod
from app.rules.customers import LifecycleStage
from app.services import billing, purchasing
from app.services.inventory.ledger import (
    check_reorder_point,
    is_stocked,
    own_place,
    post_opening,
)
from app.services.sales import fulfilment
from app.services.sales.orders import prepare_order
from seed.demo import words
from seed.demo.sample import Sample

ORDERS, PURCHASES = 140, 24
TAX = Decimal("0.13")
PAYMENT_DAYS = 30
_BUYERS = {
    LifecycleStage.NEW,
    LifecycleStage.REPEAT,
    LifecycleStage.LOYAL,
    LifecycleStage.DORMANT,
}


def add_trade(sample: Sample) -> None:
    carriers = [Carrier(name=name, phone=phone) for name, phone in words.CARRIERS]
    sample.session.add_all(carriers)
    warehouses = _warehouses(sample)
    goods = list(sample.session.scalars(select(Product).order_by(Product.id)))
    stocked = [product for product in goods if is_stocked(product) and product.purchase_price]
    _open(sample, warehouses, stocked)
    for number in range(PURCHASES):
        _buy(sample, warehouses, stocked, number)
    buyers = list(
        sample.session.scalars(
            select(Customer).where(Customer.lifecycle_stage.in_(_BUYERS)).order_by(Customer.id)
        )
    )
    sold = [product for product in goods if product.sale_price and not product.components]
    # The last days stand for every state of an order.
    days = [sample.random.randrange(3, 360) for _ in range(ORDERS)] + [0, 0, 0, 1, 1, 2, 2, 2]
    for age in sorted(days, reverse=True):
        _sell(sample, warehouses, carriers, sample.random.choice(buyers), sold, age)


def _warehouses(sample: Sample) -> list[Warehouse]:
    """The main one of every company, and one more to carry goods to."""
    main = sample.session.scalars(select(Warehouse).order_by(Warehouse.position)).first()
    if main is None:
        main = Warehouse(code="main", name="主仓", position=10)
        sample.session.add_all([main, own_place(main)])
    south = Warehouse(code="demo-south", name="演示华南仓", address="演示街 2 号", position=20)
    sample.session.add_all([south, own_place(south)])
    sample.session.flush()
    return [main, south]


def _open(sample: Sample, warehouses: list[Warehouse], stocked: list[Product]) -> None:
    begin = sample.now - timedelta(days=365)
    for product in stocked:
        for warehouse, share in zip(warehouses, (1, Decimal("0.4")), strict=True):
            quantity = (Decimal(sample.random.choice([40, 60, 90, 150])) * share).quantize(1)
            post_opening(
                sample.session,
                product,
                warehouse,
                quantity,
                None,
                now=sample.now,
                moved_on=begin,
                reference="演示期初",
            )
            least = Decimal(sample.random.choice([5, 10, 20, 30]))
            point = ReorderPoint(
                product=product,
                warehouse=warehouse,
                min_quantity=least,
                target_quantity=least * 4,
            )
            check_reorder_point(sample.session, point)
            sample.session.add(point)


def _buy(sample: Sample, warehouses: list[Warehouse], stocked: list[Product], number: int) -> None:
    """The last purchases are still on their way, the very last ones drafts."""
    age = 340 - number * 14
    placed = sample.now - timedelta(days=max(age, 1))
    supplier = sample.random.choice(sample.suppliers)
    order = PurchaseOrder(
        supplier=supplier,
        warehouse=sample.random.choice(warehouses),
        order_date=placed.date(),
        expected_date=placed.date() + timedelta(days=sample.random.choice([7, 10, 14, 21])),
        notes="演示数据",
    )
    chosen = sample.random.sample(stocked, sample.random.randint(1, 4))
    order.lines = [
        PurchaseOrderLine(product=product, quantity=Decimal(sample.random.choice([10, 20, 50])))
        for product in chosen
    ]
    purchasing.prepare_purchase(order)
    sample.session.add(order)
    sample.session.flush()
    if number < PURCHASES - 1:
        purchasing.place_purchases(sample.session, [order])
    if number < PURCHASES - 4:
        come = placed + timedelta(days=sample.random.randint(5, 12))
        purchasing.receive_purchases(sample.session, [order], now=come, today=come.date())


def _sell(
    sample: Sample,
    warehouses: list[Warehouse],
    carriers: list[Carrier],
    customer: Customer,
    sold: list[Product],
    age: int,
) -> None:
    placed = sample.now - timedelta(days=age, minutes=sample.random.randrange(600))
    order = SalesOrder(
        customer=customer,
        owner=customer.owner,
        order_date=placed.date(),
        required_date=placed.date() + timedelta(days=sample.random.choice([7, 10, 14, 20])),
        warehouse=sample.random.choices(warehouses, [4, 1])[0],
        carrier=sample.random.choice(carriers),
        freight_amount=Decimal(sample.random.choice([0, 0, 30, 60, 120])),
        created_on=placed,
        notes="演示数据",
    )
    for product in sample.random.sample(sold, sample.random.choice([1, 1, 2, 3, 4])):
        order.lines.append(
            SalesOrderLine(
                product=product,
                quantity=Decimal(sample.random.choice([1, 1, 2, 2, 3, 5])),
                discount_rate=Decimal(sample.random.choice(["0", "0", "0", "0.05", "0.1"])),
            )
        )
    prepare_order(order, tax_rate=TAX)
    sample.session.add(order)
    sample.session.flush()
    _go_on(sample, order, placed, age)


def _go_on(sample: Sample, order: SalesOrder, placed: datetime, age: int) -> None:
    """What has become of an order after `age` days."""
    session = sample.session
    if age < 3 and sample.one_in(2):
        return
    if sample.one_in(14):
        fulfilment.cancel_orders(session, [order])
        return
    fulfilment.confirm_orders(session, [order], payment_days=PAYMENT_DAYS)
    left = placed + timedelta(days=sample.random.randint(1, 8))
    if left > sample.now:
        return
    fulfilment.ship_orders(session, [order], now=left, today=left.date())
    arrived = left + timedelta(days=5)
    if arrived < sample.now:
        fulfilment.complete_orders(session, [order])
    paid = left + timedelta(days=sample.random.randint(5, 50))
    if paid > sample.now or sample.one_in(12):
        return
    share = sample.random.choices([Decimal(1), Decimal("0.5")], [8, 1])[0]
    billing.register_payment(
        session,
        order,
        (order.total_amount * share).quantize(Decimal("0.01")),
        received_date=paid.date(),
        method=sample.random.choices(list(PaymentMethod)[:3], [6, 2, 1])[0],
        reference=f"演示流水 {order.code}",
    )

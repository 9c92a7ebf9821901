"""What the papers tell: whoever may not read these columns does not print them."""

#: the amounts of an order
CHARGED = (
    "SalesOrder.net_amount",
    "SalesOrder.tax_amount",
    "SalesOrder.freight_amount",
    "SalesOrder.total_amount",
)
#: an order with its prices
ORDER = (
    *CHARGED,
    "SalesOrder.paid_amount",
    "SalesOrderLine.quantity",
    "SalesOrderLine.unit_price",
    "SalesOrderLine.discount_rate",
    "SalesOrderLine.tax_rate",
)
#: what a customer was charged and paid
STATEMENT = (*CHARGED, "SalesOrder.paid_amount", "Payment.amount", "PaymentAllocation.amount")

"""The vocabulary of the product catalogue."""

from app.rules.choices import Choice


class ProductUse(Choice):
    """What a product is for; services are sold but never stocked."""

    RAW = "raw", "Raw material", "orange"
    FINISHED = "finished", "Finished product", "blue"
    CONSUMABLE = "consumable", "Consumable", "cyan"
    SPARE = "spare", "Spare part", "purple"
    SERVICE = "service", "Service", "teal"

"""What must hold between a product and the parts of its set."""

from app.entities.catalog import Product
from app.rules.errors import DomainError
from app.rules.trees import descendants


def check_product(product: Product) -> None:
    """Raises DomainError when a part stands twice in a set, or the set contains itself."""
    parts = [line.component for line in product.components if line.component is not None]
    twice = next((part for place, part in enumerate(parts) if part in parts[:place]), None)
    if twice is not None:
        raise DomainError(
            "%(component)s stands in the set twice. Put the quantities together in one line.",
            field="components",
            component=twice.name,
        )
    for part in parts:
        below = descendants(part, lambda row: [line.component for line in row.components])
        if part is product or any(row is product for row in below):
            raise DomainError(
                "%(component)s contains this product already: a set cannot contain itself.",
                field="components",
                component=part.name,
            )

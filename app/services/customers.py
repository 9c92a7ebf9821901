"""What must hold between a customer, its addresses, contacts and interactions."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, Interaction
from app.entities.system.user import User
from app.rules.countries import Country
from app.rules.customers import CustomerKind, Tier, size_of
from app.rules.errors import DomainError
from app.rules.identity import check_tax_number
from app.rules.trees import check_parent


def check_customer(customer: Customer) -> None:
    """Puts the tax number in its registered form and the company into its size class.

    DomainError where the file contradicts itself.
    """
    # The number of an individual is no organisation's code.
    if customer.tax_number and customer.kind != CustomerKind.INDIVIDUAL:
        customer.tax_number = check_tax_number(customer.tax_number, customer.country or Country.CN)
    if customer.employee_count is not None:
        customer.size = size_of(customer.employee_count)
    check_parent(customer, lambda row: row.parent, field="parent")
    if sum(1 for address in customer.addresses if address.is_default) > 1:
        raise DomainError("Only one address can be the default one.", field="addresses")


def check_contact(session: Session, contact: Contact) -> None:
    """The superior is of the same customer and above the contact; a new primary contact replaces
    the old one."""
    with session.no_autoflush:
        superior = contact.reports_to
        if superior is not None:
            if superior.customer is not contact.customer:
                raise DomainError(
                    "%(superior)s is not a contact of this customer.",
                    field="reports_to",
                    superior=superior.name,
                )
            check_parent(contact, lambda row: row.reports_to, field="reports_to")
        if contact.is_primary and contact.customer is not None:
            _step_back(session, contact)


def _step_back(session: Session, primary: Contact) -> None:
    others = session.scalars(
        select(Contact).where(
            Contact.customer_id == primary.customer.id, Contact.is_primary.is_(True)
        )
    )
    for other in others:
        if other is not primary:
            other.is_primary = False


def check_interaction(session: Session, interaction: Interaction) -> None:
    """Raises DomainError when the contact belongs to somebody else."""
    with session.no_autoflush:
        contact = interaction.contact
        if contact is not None and contact.customer is not interaction.customer:
            raise DomainError(
                "%(contact)s is not a contact of this customer.",
                field="contact",
                contact=contact.name,
            )


def set_tier(customers: Iterable[Customer], tier: Tier) -> None:
    """Give all of them one tier."""
    for customer in customers:
        customer.tier = tier


def assign(customers: Iterable[Customer], owner: User) -> None:
    """Give all of them to one owner; the team follows when they are written."""
    for customer in customers:
        customer.owner = owner

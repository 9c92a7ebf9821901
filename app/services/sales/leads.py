"""Leads until they become a customer with a contact and a deal, once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.rules.customers import CustomerKind, LifecycleStage, Tier
from app.rules.errors import DomainError
from app.rules.identity import normalize_name, phone_key
from app.rules.leads import LEAD, LeadStatus, check_typed
from app.services.duplicates import Duplicates, find_duplicates
from app.services.sales.deals import check_deal


@dataclass(frozen=True)
class Conversion:
    """What a lead became; the customer may have been there before."""

    customer: Customer
    contact: Contact
    deal: Deal


def check_lead(lead: Lead, before: LeadStatus | None) -> None:
    """Before a lead is saved by hand; `before` is the status it had, None for a new one."""
    check_typed(before, lead.status or LeadStatus.NEW)
    if not 0 <= (lead.score or 0) <= 100:
        raise DomainError("A score is between 0 and 100.", field="score")


def step_lead(lead: Lead, action: str) -> None:
    """Contact, qualify, disqualify or reopen; DomainError where the status does not allow it."""
    lead.status = LEAD.after(action, lead.status)


def customers_like(session: Session, lead: Lead) -> Duplicates:
    """Customers with the lead's name or phone: those in reach, and the number of others."""
    return find_duplicates(session, _customer_of(lead))


def convert_lead(
    session: Session,
    lead: Lead,
    *,
    customer: Customer | None = None,
    by_id: int | None,
    now: datetime,
) -> Conversion:
    """Make customer, contact and deal of a lead and remember them in it; flushes.

    `customer`: an existing one to use. Without it the one customer of the same name and phone, if
    the acting person sees it, else a new one. DomainError when the lead was converted before; of
    two people who convert it at once the second fails by the lead's version.
    """
    lead.status = LEAD.after("convert", lead.status)
    with session.no_autoflush:
        customer = customer or lead.customer or _known_customer(session, lead)
        if customer is None:
            customer = _customer_of(lead)
            session.add(customer)
        contact = _contact_of(lead, customer)
        deal = _deal_of(lead, customer, contact, now.date())
        session.add_all([contact, deal])
        check_deal(session, deal, is_new=True, by_id=by_id, now=now)
    lead.customer, lead.contact, lead.deal = customer, contact, deal
    lead.converted_on = now
    session.flush()
    return Conversion(customer, contact, deal)


def _known_customer(session: Session, lead: Lead) -> Customer | None:
    """Of companies the name tells; people may share one, so their phone must be the same, too."""
    name = normalize_name(lead.company_name or lead.name)[:200]
    phone = phone_key(lead.phone)
    same = [
        row
        for row in customers_like(session, lead).visible
        if row.name_key == name and (lead.company_name or (phone and row.phone_key == phone))
    ]
    return same[0] if len(same) == 1 else None


def _customer_of(lead: Lead) -> Customer:
    return Customer(
        name=lead.company_name or lead.name,
        kind=CustomerKind.COMPANY if lead.company_name else CustomerKind.INDIVIDUAL,
        tier=Tier.POTENTIAL,
        lifecycle_stage=LifecycleStage.PROSPECT,
        phone=lead.phone,
        email=lead.email,
        source=lead.source,
        industry=lead.industry,
        region=lead.region,
        owner=lead.owner,
        team=lead.team,
        needs=lead.needs,
    )


def _contact_of(lead: Lead, customer: Customer) -> Contact:
    """The person of the lead, unless the customer has a contact of that name."""
    known = [row for row in customer.contacts if row.name == lead.name]
    if known:
        return known[0]
    return Contact(
        customer=customer,
        name=lead.name,
        job_title=lead.job_title,
        mobile=lead.phone,
        email=lead.email,
        is_primary=not customer.contacts,
    )


def _deal_of(lead: Lead, customer: Customer, contact: Contact, started: date) -> Deal:
    return Deal(
        title=lead.company_name or lead.name,
        customer=customer,
        contact=contact,
        owner=lead.owner,
        team=lead.team,
        region=lead.region,
        source=lead.source,
        campaign=lead.campaign,
        engaged_date=started,
        notes=lead.notes,
    )

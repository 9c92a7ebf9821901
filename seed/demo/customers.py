"""The sample company's customers with their contacts and a year of interactions."""

from datetime import date, timedelta
from decimal import Decimal

from app.entities.customers import (
    Contact,
    Customer,
    CustomerAddress,
    Interaction,
    Tag,
)
from app.rules.customers import (
    AddressKind,
    AgencyLevel,
    Channel,
    CompanySize,
    ContactRole,
    CustomerKind,
    Direction,
    LifecycleStage,
    Sex,
    TagColor,
    Tier,
)
from seed.demo import words
from seed.demo.sample import Sample

CUSTOMERS = 200
ROLES_OF_JOBS = [
    ContactRole.MANAGEMENT,
    ContactRole.PURCHASING,
    ContactRole.PURCHASING,
    ContactRole.TECHNICAL,
    ContactRole.FINANCE,
    ContactRole.OTHER,
    ContactRole.USER,
]


def add_customers(sample: Sample) -> None:
    sample.tags = [
        Tag(name=name, color=TagColor(color), position=10 * place)
        for place, (name, color) in enumerate(words.TAGS, start=1)
    ]
    for number in range(1, CUSTOMERS + 1):
        customer = _customer(sample, number)
        sample.session.add(customer)
        contacts = _contacts(sample, customer, number)
        for _ in range(sample.random.choice([0, 1, 2, 2, 3, 5, 8])):
            sample.session.add(_interaction(sample, customer, contacts))


def _customer(sample: Sample, number: int) -> Customer:
    place = sample.random.choice(words.PLACES)
    province, city, district, region, area = place
    stage = sample.random.choices(list(LifecycleStage), [30, 20, 20, 15, 10, 5])[0]
    customer = Customer(
        lifecycle_stage=stage,
        tier=_tier(sample, stage),
        source=sample.random.choice(sample.sources),
        region=sample.regions[region],
        owner=sample.random.choice(sample.sellers),
        phone=f"{area}-0000{number:04}",
        email=f"customer{number:03}@example.com",
        preferred_channel=sample.random.choice([*list(Channel)[:5], None]),
        do_not_contact=sample.one_in(25),
        needs=sample.random.choice([*words.NEEDS, None]),
        preferences=sample.random.choice([*words.PREFERENCES, None]),
        interests=sample.random.choice([*words.INTERESTS, None]),
        notes="演示数据",
        tags=sample.random.sample(sample.tags, sample.random.choice([0, 1, 1, 2])),
        created_on=sample.now - timedelta(minutes=sample.random.randrange(365 * 24 * 60)),
        last_verified_on=None if sample.one_in(3) else sample.day(),
    )
    customer.addresses = [
        CustomerAddress(
            kind=AddressKind.OFFICE,
            province=province,
            city=city,
            district=district,
            street=f"{sample.random.choice(words.STREETS)} {number} 号",
            postal_code="000000",
            is_default=True,
        )
    ]
    describe = sample.random.choices([_as_company, _as_individual, _as_agency], [75, 15, 10])[0]
    describe(sample, customer, number, city)
    return customer


def _tier(sample: Sample, stage: LifecycleStage) -> Tier:
    if stage is LifecycleStage.PROSPECT:
        return Tier.POTENTIAL
    return sample.random.choices([Tier.VIP, Tier.ORDINARY, Tier.POTENTIAL], [2, 6, 1])[0]


def _as_company(sample: Sample, customer: Customer, number: int, city: str) -> None:
    trade, industry = sample.random.choice(words.TRADES)
    customer.name = f"示例{city[:-1]}{trade}有限公司 {number:03}"
    customer.kind = CustomerKind.COMPANY
    customer.industry = sample.industries[industry]
    customer.size = sample.random.choice(list(CompanySize))
    customer.tax_number = sample.tax_number(number)
    customer.legal_representative = f"演示{sample.random.choice(words.SURNAMES)}先生"
    customer.website = f"https://customer{number:03}.example.com"
    if customer.tier is not Tier.POTENTIAL:
        customer.credit_limit = Decimal(sample.random.choice([20_000, 50_000, 100_000, 300_000]))
        customer.cooperation_since = sample.day(5 * 365)


def _as_individual(sample: Sample, customer: Customer, number: int, _city: str) -> None:
    customer.sex = sample.random.choice([Sex.MALE, Sex.FEMALE])
    title = "先生" if customer.sex is Sex.MALE else "女士"
    customer.name = f"示例{sample.random.choice(words.SURNAMES)}{title} {number:03}"
    customer.kind = CustomerKind.INDIVIDUAL
    customer.phone = f"1990000{number:04}"
    customer.birth_date = date(1960 + number % 45, 1 + number % 12, 1 + number % 28)
    customer.occupation = sample.random.choice(words.OCCUPATIONS)
    customer.addresses[0].kind = AddressKind.HOME


def _as_agency(sample: Sample, customer: Customer, number: int, city: str) -> None:
    customer.name = f"示例{city}{sample.random.choice(words.OFFICES)} {number:03}"
    customer.kind = CustomerKind.GOVERNMENT
    customer.industry = sample.industries["government"]
    customer.agency_level = sample.random.choice(list(AgencyLevel))
    customer.policy_notes = "采购须走公开招标，注意公示期。"


def _contacts(sample: Sample, customer: Customer, number: int) -> list[Contact]:
    if customer.kind == CustomerKind.INDIVIDUAL:
        return []
    contacts: list[Contact] = []
    for place in range(sample.random.choice([1, 1, 2, 3])):
        job = sample.random.randrange(len(words.JOBS))
        surname = sample.random.choice(words.SURNAMES)
        contacts.append(
            Contact(
                customer=customer,
                name=f"演示{surname}{sample.random.choice(['先生', '女士'])}",
                role=ROLES_OF_JOBS[job],
                job_title=words.JOBS[job],
                department=words.DEPARTMENTS[job],
                is_decision_maker=job < 2,
                is_primary=place == 0,
                reports_to=contacts[0] if contacts else None,
                mobile=f"19900{place + 1}{number:05}",
                email=f"contact{place + 1}.{number:03}@example.com",
                preferred_channel=sample.random.choice(list(Channel)[:5]),
            )
        )
    sample.session.add_all(contacts)
    return contacts


def _interaction(sample: Sample, customer: Customer, contacts: list[Contact]) -> Interaction:
    channel, subject, content, outcome, next_step = sample.random.choice(words.TALKS)
    since = max(sample.now - customer.created_on, timedelta(hours=2))
    happened = sample.now - since * sample.random.random()
    due = happened.date() + timedelta(days=sample.random.randrange(3, 21))
    return Interaction(
        customer=customer,
        contact=sample.random.choice(contacts) if contacts else None,
        channel=channel,
        direction=sample.random.choices(list(Direction), [1, 2])[0],
        happened_on=happened,
        created_on=happened,
        subject=subject,
        content=content,
        outcome=outcome,
        next_step=next_step,
        next_step_date=due if next_step else None,
        next_step_done=bool(next_step) and due < sample.now.date() - timedelta(days=10),
        by=customer.owner,
    )

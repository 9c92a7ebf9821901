"""The sample company's leads, a year of deals with every step, competitors and targets."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.entities.catalog import Product
from app.entities.customers import Customer
from app.entities.sales.deal import Deal
from app.entities.sales.lead import Lead
from app.entities.sales.pipeline import Competitor, LostReason, Stage
from app.entities.sales.target import Target
from app.rules.leads import LeadStatus
from app.rules.pipeline import StageKind, TargetMetric
from app.services.sales.deals import add_past_deal
from app.services.sales.leads import convert_lead
from app.services.sales.pipelines import default_pipeline, stage_of_kind, stages_of
from seed.demo import words
from seed.demo.sample import Sample

DEALS = 260
LEADS = 90
COMPETITORS = ["演示竞争对手甲", "演示竞争对手乙", "演示竞争对手丙"]
TITLES = ["先生", "女士"]
SUBJECTS = ["设备采购", "年度耗材", "办公室搬迁", "会议室改造", "打印外包", "电脑更新", "家具配套"]


def add_sales(sample: Sample) -> None:
    rivals = [Competitor(name=name) for name in COMPETITORS]
    sample.session.add_all(rivals)
    customers = sample.session.scalars(select(Customer).order_by(Customer.id)).all()
    goods = sample.session.scalars(
        select(Product).where(Product.sale_price.is_not(None)).order_by(Product.id)
    ).all()
    reasons = sample.session.scalars(select(LostReason).order_by(LostReason.id)).all()
    for _ in range(DEALS):
        deal = _deal(sample, sample.random.choice(customers), sample.random.choice(goods))
        if deal.stage.kind is StageKind.LOST:
            deal.lost_reason = sample.random.choice(reasons)
        if sample.one_in(3):
            deal.competitors = [sample.random.choice(rivals)]
    _add_leads(sample, customers)
    _add_targets(sample)


# deals ----------------------------------------------------------------------------
def _deal(sample: Sample, customer: Customer, product: Product) -> Deal:
    steps = _steps(sample, sample.now - timedelta(minutes=sample.random.randrange(340 * 24 * 60)))
    stage, since = steps[-1]
    started = steps[0][1]
    is_open = stage.kind is StageKind.OPEN
    quantity = sample.random.choice([1, 2, 5, 8, 10, 20, 40])
    price: Decimal = product.sale_price or Decimal(0)
    deal = Deal(
        title=f"{customer.name[:60]} · {sample.random.choice(SUBJECTS)}",
        customer=customer,
        product=product,
        pipeline=stage.pipeline,
        stage=stage,
        amount=price * quantity,
        engaged_date=started.date(),
        closed_date=None if is_open else since.date(),
        expected_close_date=_expected(sample, since.date(), is_open=is_open),
        owner=customer.owner,
        region=customer.region,
        source=customer.source,
        created_on=started,
        notes="演示数据",
    )
    return add_past_deal(sample.session, deal, steps)


def _steps(sample: Sample, moment: datetime) -> list[tuple[Stage, datetime]]:
    """From the first stage on: most deals go on, some are lost, some stand still."""
    pipeline = default_pipeline(sample.session)
    way = [*stages_of(pipeline, StageKind.OPEN), stage_of_kind(pipeline, StageKind.WON)]
    steps = [(way[0], moment)]
    for stage in way[1:]:
        moment += timedelta(days=sample.random.randint(3, 32), minutes=sample.random.randrange(600))
        chance = sample.random.random()
        if moment > sample.now or chance > 0.93:
            break
        if chance > 0.76:
            steps.append((stage_of_kind(pipeline, StageKind.LOST), moment))
            break
        steps.append((stage, moment))
    return steps


def _expected(sample: Sample, since: date, *, is_open: bool) -> date:
    if not is_open:
        return since + timedelta(days=sample.random.randint(-20, 20))
    return sample.now.date() + timedelta(days=sample.random.randint(-10, 120))


# leads ----------------------------------------------------------------------------
def _add_leads(sample: Sample, customers: list[Customer]) -> None:
    industries = list(sample.industries.values())
    for number in range(1, LEADS + 1):
        province, city, _district, region, area = sample.random.choice(words.PLACES)
        trade, _industry = sample.random.choice(words.TRADES)
        status = sample.random.choices(
            [LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED],
            [4, 3, 2, 1],
        )[0]
        lead = Lead(
            name=f"演示{sample.random.choice(words.SURNAMES)}{sample.random.choice(TITLES)}",
            company_name=None if sample.one_in(6) else f"示例{city[:-1]}{trade}公司 L{number:02}",
            job_title=sample.random.choice(words.JOBS),
            phone=f"{area}-0002{number:04}",
            email=f"lead{number:02}@example.com",
            status=status,
            score=sample.random.randrange(5, 100, 5),
            source=sample.random.choice(sample.sources),
            industry=sample.random.choice(industries),
            region=sample.regions[region],
            owner=sample.random.choice(sample.sellers),
            needs=sample.random.choice(words.NEEDS),
            notes=f"演示数据：{province}{city}",
            created_on=sample.now - timedelta(minutes=sample.random.randrange(120 * 24 * 60)),
        )
        sample.session.add(lead)
        if number % 9 == 0 and status is not LeadStatus.DISQUALIFIED:
            customer = sample.random.choice(customers)
            convert_lead(sample.session, lead, customer=customer, by_id=None, now=sample.now)


# targets --------------------------------------------------------------------------
def _add_targets(sample: Sample) -> None:
    month = sample.now.date().replace(day=1)
    for _ in range(6):
        sample.session.add(
            Target(metric=TargetMetric.NEW_CUSTOMERS, period=month, amount=Decimal(20))
        )
        for seller in sample.sellers:
            amount = Decimal(sample.random.choice([60_000, 80_000, 120_000]))
            sample.session.add(
                Target(metric=TargetMetric.WON_AMOUNT, period=month, user=seller, amount=amount)
            )
        month = (month - timedelta(days=1)).replace(day=1)

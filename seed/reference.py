"""What every company starts with: units, regions, customer sources, industries, a survey.

Each table is filled only while it is empty, so what people rename or delete stays that way.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.catalog import Unit
from app.entities.customers import CustomerSource, Industry
from app.entities.inventory import Location, Warehouse
from app.entities.sales.pipeline import LostReason, Pipeline, Stage
from app.entities.support import Survey
from app.entities.system.organization import Region
from app.rules.customers import TagColor
from app.rules.pipeline import StageKind
from app.rules.satisfaction import SurveyKind
from app.rules.stock import LocationKind
from app.services.inventory.ledger import own_place
from seed.roles import seed_roles

#: (code, name) in the order of the menus; the codes are stable, the names are the company's
UNITS = [
    ("pcs", "个"),
    ("item", "件"),
    ("set", "套"),
    ("unit", "台"),
    ("box", "盒"),
    ("carton", "箱"),
    ("bag", "袋"),
    ("bottle", "瓶"),
    ("roll", "卷"),
    ("sheet", "张"),
    ("pair", "双"),
    ("dozen", "打"),
    ("g", "克"),
    ("kg", "千克"),
    ("t", "吨"),
    ("m", "米"),
    ("m2", "平方米"),
    ("m3", "立方米"),
    ("l", "升"),
    ("hour", "小时"),
    ("day", "天"),
    ("month", "月"),
    ("year", "年"),
    ("time", "次"),
]
REGIONS = [
    ("north", "华北"),
    ("east", "华东"),
    ("south", "华南"),
    ("central", "华中"),
    ("southwest", "西南"),
    ("northwest", "西北"),
    ("northeast", "东北"),
    ("overseas", "海外"),
]
SOURCES = [
    ("referral", "转介绍"),
    ("search", "搜索引擎"),
    ("advertising", "广告"),
    ("promotion", "促销活动"),
    ("exhibition", "展会"),
    ("registration", "线上注册"),
    ("enquiry", "线上询价"),
    ("phone", "电话咨询"),
    ("email", "邮件咨询"),
    ("visit", "预约上门"),
    ("cold_call", "陌生拜访"),
    ("partner", "合作伙伴"),
    ("other", "其他"),
]
INDUSTRIES = [
    ("it", "信息技术"),
    ("manufacturing", "生产制造"),
    ("wholesale", "批发零售"),
    ("finance", "金融业"),
    ("real_estate", "房地产"),
    ("construction", "建筑工程"),
    ("logistics", "运输物流"),
    ("services", "商业服务"),
    ("catering", "餐饮住宿"),
    ("health", "医疗健康"),
    ("education", "教育培训"),
    ("media", "文化传媒"),
    ("energy", "能源化工"),
    ("agriculture", "农林牧渔"),
    ("government", "政府机构"),
    ("other", "其他"),
]

#: (code, name, introduction, questions about satisfaction and recommendation)
SURVEY = (
    "service",
    "服务满意度调查",
    "感谢您选择我们。请用一分钟评价本次服务，您的意见会直接用于改进。",
    "您对本次服务的满意程度如何？（1 非常不满意 — 5 非常满意）",
    "您有多大可能向同行推荐我们？（0 完全不可能 — 10 非常可能）",
)

LOST_REASONS = [
    ("price", "价格太高"),
    ("competitor", "选择了竞争对手"),
    ("no_budget", "没有预算"),
    ("no_decision", "客户没有决定"),
    ("requirements", "需求不符"),
    ("delivery", "交期太长"),
    ("no_contact", "联系不上"),
    ("other", "其他"),
]
#: the steps a deal goes through: (code, name, kind, probability in percent, colour)
STAGES = [
    ("prospect", "潜在客户识别", StageKind.OPEN, 10, TagColor.AZURE),
    ("needs", "需求分析", StageKind.OPEN, 30, TagColor.BLUE),
    ("quotation", "报价", StageKind.OPEN, 50, TagColor.INDIGO),
    ("negotiation", "谈判", StageKind.OPEN, 70, TagColor.PURPLE),
    ("signed", "签约", StageKind.WON, 100, TagColor.GREEN),
    ("lost", "输单", StageKind.LOST, 0, TagColor.RED),
]

#: what stands for the world outside the warehouses
PLACES = [
    (LocationKind.SUPPLIER, "供应商"),
    (LocationKind.CUSTOMER, "客户"),
    (LocationKind.ADJUSTMENT, "盘点调整"),
    (LocationKind.OPENING, "期初"),
    (LocationKind.TRANSIT, "在途"),
]


def seed(session: Session) -> None:
    """Fill the tables that are still empty and bring the seeded roles up to date; flushes only."""
    seed_roles(session)
    _fill(session, Unit, UNITS)
    _fill(session, Region, REGIONS)
    _fill(session, CustomerSource, SOURCES)
    _fill(session, Industry, INDUSTRIES)
    _fill(session, LostReason, LOST_REASONS)
    _add_pipeline(session)
    _add_survey(session)
    _add_places(session)
    session.flush()


def _add_survey(session: Session) -> None:
    if session.scalar(select(Survey.id).limit(1)) is not None:
        return
    code, name, intro, csat, nps = SURVEY
    session.add(
        Survey(
            code=code,
            name=name,
            kind=SurveyKind.BOTH,
            intro=intro,
            question_csat=csat,
            question_nps=nps,
            is_for_tickets=True,
        )
    )


def _add_places(session: Session) -> None:
    """The first warehouse, and a location for everything outside of it."""
    if session.scalar(select(Location.id).limit(1)) is not None:
        return
    warehouse = Warehouse(code="main", name="主仓", position=10)
    session.add_all([warehouse, own_place(warehouse)])
    session.add_all(Location(code=kind.value, name=name, kind=kind) for kind, name in PLACES)


def _fill(session: Session, entity: type[Entity], words: list[tuple[str, str]]) -> None:
    if session.scalar(select(entity.id).limit(1)) is not None:
        return
    ordered = hasattr(entity, "position")
    for place, (code, name) in enumerate(words, start=1):
        position = {"position": 10 * place} if ordered else {}
        session.add(entity(code=code, name=name, **position))


def _add_pipeline(session: Session) -> None:
    if session.scalar(select(Pipeline.id).limit(1)) is not None:
        return
    pipeline = Pipeline(code="default", name="标准销售流程", is_default=True, position=10)
    for place, (code, name, kind, probability, color) in enumerate(STAGES, start=1):
        pipeline.stages.append(
            Stage(
                code=code,
                name=name,
                kind=kind,
                probability=probability,
                color=color,
                position=10 * place,
            )
        )
    session.add(pipeline)

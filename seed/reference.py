"""The words every company starts with: units, regions, customer sources, industries.

Each table is filled only while it is empty, so what people rename or delete stays that way.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.base import Entity
from app.entities.catalog import Unit
from app.entities.customers import CustomerSource, Industry
from app.entities.system.organization import Region
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


def seed(session: Session) -> None:
    """Fill the tables that are still empty and bring the seeded roles up to date; flushes only."""
    seed_roles(session)
    _fill(session, Unit, UNITS)
    _fill(session, Region, REGIONS)
    _fill(session, CustomerSource, SOURCES)
    _fill(session, Industry, INDUSTRIES)
    session.flush()


def _fill(session: Session, entity: type[Entity], words: list[tuple[str, str]]) -> None:
    if session.scalar(select(entity.id).limit(1)) is not None:
        return
    ordered = hasattr(entity, "position")
    for place, (code, name) in enumerate(words, start=1):
        position = {"position": 10 * place} if ordered else {}
        session.add(entity(code=code, name=name, **position))

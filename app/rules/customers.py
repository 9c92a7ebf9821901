"""The vocabulary of customers, contacts and interactions."""

from datetime import date

from app.rules.choices import Choice


class CustomerKind(Choice):
    """Who the customer is; each kind has its own part of the form."""

    INDIVIDUAL = "individual", "Individual", "cyan"
    COMPANY = "company", "Company", "blue"
    GOVERNMENT = "government", "Government", "indigo"


class Tier(Choice):
    """The level of benefits; edited by people, unlike the lifecycle stage."""

    VIP = "vip", "VIP", "purple"
    ORDINARY = "ordinary", "Ordinary", "blue"
    POTENTIAL = "potential", "Potential", "yellow"


class LifecycleStage(Choice):
    """How far the relation has come, from prospect to lost."""

    PROSPECT = "prospect", "Prospect", "azure"
    NEW = "new", "New customer", "cyan"
    REPEAT = "repeat", "Repeat customer", "teal"
    LOYAL = "loyal", "Loyal customer", "green"
    DORMANT = "dormant", "Dormant", "orange"
    LOST = "lost", "Lost", "red"


class Sex(Choice):
    """Sex as the customer file of an individual states it."""

    MALE = "male", "Male"
    FEMALE = "female", "Female"
    OTHER = "other", "Other"


class CompanySize(Choice):
    """Number of employees."""

    MICRO = "micro", "Fewer than 20 employees"
    SMALL = "small", "20 to 99 employees"
    MEDIUM = "medium", "100 to 499 employees"
    LARGE = "large", "500 to 4,999 employees"
    VERY_LARGE = "very_large", "5,000 employees and more"


_SIZES = (
    (20, CompanySize.MICRO),
    (100, CompanySize.SMALL),
    (500, CompanySize.MEDIUM),
    (5_000, CompanySize.LARGE),
)


def size_of(employees: int) -> CompanySize:
    """The class that a number of employees falls into."""
    below = (size for limit, size in _SIZES if employees < limit)
    return next(below, CompanySize.VERY_LARGE)


class AgencyLevel(Choice):
    """The level of a government agency."""

    NATIONAL = "national", "National"
    PROVINCIAL = "provincial", "Provincial"
    MUNICIPAL = "municipal", "Municipal"
    COUNTY = "county", "County"
    TOWNSHIP = "township", "Township"


class Channel(Choice):
    """The way people talk to each other."""

    PHONE = "phone", "Phone", "blue"
    EMAIL = "email", "E-mail", "azure"
    MEETING = "meeting", "Meeting", "purple"
    VISIT = "visit", "Visit", "indigo"
    WECHAT = "wechat", "WeChat", "green"
    SMS = "sms", "Text message", "cyan"
    CHAT = "chat", "Online chat", "teal"
    OTHER = "other", "Other"


class Direction(Choice):
    """Who began the interaction: they (inbound) or we (outbound)."""

    INBOUND = "inbound", "Inbound", "teal"
    OUTBOUND = "outbound", "Outbound", "blue"


class Outcome(Choice):
    """What came of the interaction."""

    INTERESTED = "interested", "Interested", "green"
    FOLLOW_UP = "follow_up", "Follow up", "yellow"
    NO_ANSWER = "no_answer", "No answer", "orange"
    NOT_INTERESTED = "not_interested", "Not interested", "red"
    RESOLVED = "resolved", "Resolved", "teal"
    OTHER = "other", "Other"


class ContactRole(Choice):
    """What a contact does at the customer; deciding is a separate mark, any role may decide."""

    MANAGEMENT = "management", "Management", "purple"
    PURCHASING = "purchasing", "Purchasing", "blue"
    TECHNICAL = "technical", "Technical", "cyan"
    FINANCE = "finance", "Finance", "green"
    USER = "user", "User", "teal"
    OTHER = "other", "Other"


class AddressKind(Choice):
    """What an address is used for."""

    OFFICE = "office", "Office"
    BILLING = "billing", "Billing"
    SHIPPING = "shipping", "Shipping"
    HOME = "home", "Home"


class TagColor(Choice):
    """The colours a tag may have."""

    BLUE = "blue", "Blue", "blue"
    AZURE = "azure", "Azure", "azure"
    INDIGO = "indigo", "Indigo", "indigo"
    PURPLE = "purple", "Purple", "purple"
    PINK = "pink", "Pink", "pink"
    RED = "red", "Red", "red"
    ORANGE = "orange", "Orange", "orange"
    YELLOW = "yellow", "Yellow", "yellow"
    LIME = "lime", "Lime", "lime"
    GREEN = "green", "Green", "green"
    TEAL = "teal", "Teal", "teal"
    CYAN = "cyan", "Cyan", "cyan"
    GRAY = "gray", "Gray", "gray"


def age_on(birth_date: date, today: date) -> int:
    """Full years on `today`; somebody born on 29 February turns on 1 March in other years."""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday

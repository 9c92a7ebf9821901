"""Words that mean the same in the headers of customer and stock files, in both languages."""

#: words that may stand before 名称, "code" and the like without changing what is meant
ENTITY_WORDS = (
    "customer", "client", "company", "supplier", "vendor", "product", "item", "category",
    "客户", "顾客", "公司", "企业", "单位", "供应商", "产品", "商品", "物料",
    "类别", "分类",
)  # fmt: skip

#: meanings near enough that one may stand in where the other is missing
RELATED = (("phone", "mobile"), ("region", "province"), ("category", "kind"))

SYNONYMS: dict[str, tuple[str, ...]] = {
    "code": ("code", "id", "no", "number", "编号", "编码", "代码", "代号"),
    "name": (
        "name", "full name", "company", "customer", "名称", "名字", "姓名", "全称", "公司", "客户",
    ),
    "kind": ("kind", "type", "类型", "性质"),
    "contact": ("contact", "contact name", "contact person", "联系人", "联系人姓名"),
    "title": ("title", "job title", "position", "contact title", "职务", "职位", "头衔"),
    "phone": (
        "phone", "phone number", "phone no", "tel", "telephone", "contact number", "work phone",
        "电话", "电话号码", "联系电话", "固定电话", "座机", "办公电话", "联系方式",
    ),
    "mobile": (
        "mobile", "mobile phone", "mobile number", "cell", "cell phone",
        "手机", "手机号", "手机号码", "移动电话",
    ),
    "email": (
        "email", "e-mail", "mail", "email address", "e-mail address",
        "邮箱", "电子邮箱", "电子邮件", "邮件", "邮件地址", "邮箱地址",
    ),
    "fax": ("fax", "fax number", "传真", "传真号码"),
    "website": (
        "website", "web site", "homepage", "home page", "url", "网址", "网站", "主页", "官网",
    ),
    "tax": (
        "tax number", "tax no", "tax id", "tax code", "vat", "vat number", "uscc",
        "unified social credit code", "credit code", "税号", "纳税人识别号", "统一社会信用代码",
        "社会信用代码", "信用代码",
    ),
    "address": (
        "address", "street", "street address", "address line", "地址", "详细地址", "通讯地址",
        "联系地址", "街道",
    ),
    "city": ("city", "town", "城市", "所在城市", "市"),
    "province": ("province", "state", "region", "省", "省份", "省市", "州"),
    "region": ("region", "area", "territory", "地区", "区域", "大区", "所在地区"),
    "postcode": (
        "postcode", "postal code", "post code", "zip", "zip code", "邮编", "邮政编码",
    ),
    "country": ("country", "nation", "国家", "国别", "国家地区"),
    "industry": ("industry", "sector", "行业", "所属行业", "所属产业"),
    "source": ("source", "lead source", "来源", "客户来源", "渠道来源"),
    "tier": ("tier", "level", "grade", "级别", "等级", "客户级别", "客户等级"),
    "stage": ("stage", "lifecycle stage", "阶段", "生命周期", "客户阶段"),
    "owner": (
        "owner", "sales rep", "salesperson", "account manager", "负责人", "业务员", "客户经理",
        "所属人", "归属人",
    ),
    "team": ("team", "department", "团队", "部门", "所属部门"),
    "tags": ("tags", "tag", "labels", "标签"),
    "birthday": (
        "birthday", "birth date", "date of birth", "dob", "生日", "出生日期", "出生年月日",
    ),
    "sex": ("sex", "gender", "性别"),
    "occupation": ("occupation", "profession", "job", "职业"),
    "credit": ("credit limit", "credit line", "信用额度", "授信额度"),
    "category": ("category", "product category", "类别", "分类", "品类", "产品类别", "商品分类"),
    "unit": ("unit", "uom", "unit of measure", "单位", "计量单位"),
    "specification": ("specification", "spec", "model", "quantity per unit", "规格", "规格型号"),
    "price": (
        "price", "unit price", "list price", "sales price", "selling price",
        "价格", "单价", "售价", "销售价", "销售价格", "标价",
    ),
    "cost": ("cost", "cost price", "purchase price", "成本", "成本价", "进价", "采购价"),
    "barcode": ("barcode", "bar code", "ean", "upc", "条码", "条形码"),
    "reorder": (
        "reorder level", "reorder point", "minimum stock", "safety stock",
        "安全库存", "最低库存", "库存下限", "补货点",
    ),
    "supplier": ("supplier", "vendor", "供应商", "供货商"),
    "bank": ("bank", "bank name", "开户行", "开户银行"),
    "account": ("bank account", "account number", "银行账号", "账号", "银行账户"),
    "date": ("date", "time", "日期", "时间", "发生时间", "沟通时间"),
    "channel": ("channel", "method", "方式", "沟通方式", "跟进方式", "渠道"),
    "content": ("content", "summary", "内容", "沟通内容", "跟进内容", "摘要"),
    "notes": (
        "notes", "note", "remark", "remarks", "comment", "comments", "description", "memo",
        "备注", "说明", "描述", "附注",
    ),
}  # fmt: skip

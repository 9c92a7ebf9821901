"""What demo data is put together from: every name says that it is a sample."""

from app.rules.catalog import ProductUse
from app.rules.customers import Channel, Outcome
from app.rules.marketing import CampaignType
from app.rules.support import TicketType

#: (province, city, district, code of the sales region, area code)
PLACES = [
    ("北京市", "北京市", "海淀区", "north", "010"),
    ("天津市", "天津市", "和平区", "north", "022"),
    ("上海市", "上海市", "浦东新区", "east", "021"),
    ("江苏省", "南京市", "鼓楼区", "east", "025"),
    ("江苏省", "苏州市", "工业园区", "east", "0512"),
    ("浙江省", "杭州市", "滨江区", "east", "0571"),
    ("浙江省", "宁波市", "鄞州区", "east", "0574"),
    ("广东省", "广州市", "天河区", "south", "020"),
    ("广东省", "深圳市", "南山区", "south", "0755"),
    ("福建省", "厦门市", "思明区", "south", "0592"),
    ("湖北省", "武汉市", "洪山区", "central", "027"),
    ("湖南省", "长沙市", "岳麓区", "central", "0731"),
    ("四川省", "成都市", "高新区", "southwest", "028"),
    ("重庆市", "重庆市", "渝北区", "southwest", "023"),
    ("陕西省", "西安市", "雁塔区", "northwest", "029"),
    ("辽宁省", "大连市", "中山区", "northeast", "0411"),
]
STREETS = ["示范大道", "样例路", "演示街", "测试中路", "模板巷"]
#: (what the name says, code of the industry)
TRADES = [
    ("科技", "it"),
    ("软件", "it"),
    ("精密制造", "manufacturing"),
    ("电子", "manufacturing"),
    ("商贸", "wholesale"),
    ("连锁超市", "wholesale"),
    ("物流", "logistics"),
    ("建筑工程", "construction"),
    ("酒店管理", "catering"),
    ("医疗器械", "health"),
    ("教育咨询", "education"),
    ("文化传媒", "media"),
    ("新能源", "energy"),
    ("农业", "agriculture"),
    ("企业服务", "services"),
]
OFFICES = ["政务服务中心", "教育局", "住房和城乡建设局", "公共资源交易中心", "图书馆"]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
OCCUPATIONS = ["教师", "工程师", "设计师", "个体经营", "医生", "会计", "自由职业"]
JOBS = ["总经理", "采购经理", "采购专员", "技术主管", "财务经理", "行政主管", "仓库主管"]
DEPARTMENTS = ["总经办", "采购部", "采购部", "技术部", "财务部", "行政部", "仓储部"]
NEEDS = [
    "计划更换办公设备，关注能耗与售后响应",
    "需要按月结算，并提供增值税专用发票",
    "希望统一采购耗材，减少供应商数量",
    "新办公室装修，需要整体方案",
    "关注批量折扣和交货周期",
]
PREFERENCES = ["偏好上门演示", "偏好微信沟通", "只在工作日上午接听电话", "报价需附详细参数"]
INTERESTS = ["新品试用", "行业展会", "节能产品", "以旧换新", "会员活动"]
#: (name, colour)
TAGS = [
    ("重点跟进", "red"),
    ("长期合作", "green"),
    ("价格敏感", "orange"),
    ("需要发票", "blue"),
    ("可做案例", "purple"),
    ("决策周期长", "gray"),
]
#: (channel, subject, content, outcome, next step)
TALKS = [
    (
        Channel.PHONE,
        "电话了解需求",
        "客户介绍了目前的使用情况。",
        Outcome.FOLLOW_UP,
        "发送产品资料",
    ),
    (Channel.PHONE, "电话未接通", "响铃后无人接听。", Outcome.NO_ANSWER, "改日再拨"),
    (
        Channel.EMAIL,
        "发送报价说明",
        "已发送含税报价和交货周期。",
        Outcome.INTERESTED,
        "确认报价意见",
    ),
    (
        Channel.VISIT,
        "上门拜访",
        "参观了客户现场，确认安装条件。",
        Outcome.INTERESTED,
        "准备整体方案",
    ),
    (
        Channel.MEETING,
        "方案讨论会",
        "双方技术人员讨论了方案细节。",
        Outcome.FOLLOW_UP,
        "修改方案第二稿",
    ),
    (
        Channel.WECHAT,
        "微信确认样品",
        "客户收到样品，反馈良好。",
        Outcome.INTERESTED,
        "约定试用时间",
    ),
    (Channel.WECHAT, "节日问候", "发送节日问候。", Outcome.OTHER, None),
    (Channel.CHAT, "在线咨询规格", "解答了型号和接口问题。", Outcome.RESOLVED, None),
    (Channel.SMS, "短信提醒付款", "提醒本月账单。", Outcome.RESOLVED, None),
    (Channel.PHONE, "回访使用情况", "设备运行正常，暂无新增需求。", Outcome.RESOLVED, None),
    (Channel.PHONE, "推荐新品", "客户表示今年没有预算。", Outcome.NOT_INTERESTED, None),
    (Channel.OTHER, "展会交流", "在展位交换名片并演示产品。", Outcome.FOLLOW_UP, "展后一周内联系"),
]
#: (code, name, code of the parent)
CATEGORIES = [
    ("equipment", "示例办公设备", None),
    ("printers", "示例打印设备", "equipment"),
    ("computers", "示例电脑整机", "equipment"),
    ("furniture", "示例办公家具", None),
    ("supplies", "示例办公耗材", None),
    ("spares", "示例备品配件", None),
    ("materials", "示例原材料", None),
    ("services", "示例服务项目", None),
]
#: (name, category, use, unit, sale price, purchase price, sizes)
PRODUCTS = [
    ("激光打印机", "printers", ProductUse.FINISHED, "unit", "1899.00", "1420.00", "A4 A3 彩色"),
    ("多功能一体机", "printers", ProductUse.FINISHED, "unit", "2680.00", "2050.00", "标准 商用"),
    ("标签打印机", "printers", ProductUse.FINISHED, "unit", "699.00", "480.00", "桌面 便携"),
    ("台式电脑", "computers", ProductUse.FINISHED, "unit", "4299.00", "3650.00", "8G 16G 32G"),
    ("笔记本电脑", "computers", ProductUse.FINISHED, "unit", "5699.00", "4880.00", "14寸 16寸"),
    ("显示器", "computers", ProductUse.FINISHED, "unit", "999.00", "760.00", "24寸 27寸 32寸"),
    ("会议平板", "equipment", ProductUse.FINISHED, "unit", "12800.00", "9900.00", "65寸 86寸"),
    ("投影仪", "equipment", ProductUse.FINISHED, "unit", "3299.00", "2550.00", "标准 短焦"),
    ("碎纸机", "equipment", ProductUse.FINISHED, "unit", "459.00", "310.00", "小型 大型"),
    ("办公桌", "furniture", ProductUse.FINISHED, "item", "880.00", "560.00", "1.2米 1.4米 1.6米"),
    ("人体工学椅", "furniture", ProductUse.FINISHED, "item", "1280.00", "790.00", "标准 头枕"),
    ("文件柜", "furniture", ProductUse.FINISHED, "item", "620.00", "410.00", "两门 四门"),
    ("复印纸", "supplies", ProductUse.CONSUMABLE, "carton", "128.00", "96.00", "A4 A3"),
    ("硒鼓", "supplies", ProductUse.CONSUMABLE, "item", "268.00", "175.00", "标准 大容量"),
    ("墨盒", "supplies", ProductUse.CONSUMABLE, "box", "89.00", "55.00", "黑色 彩色"),
    ("标签纸", "supplies", ProductUse.CONSUMABLE, "roll", "19.90", "11.50", "40毫米 60毫米"),
    ("中性笔", "supplies", ProductUse.CONSUMABLE, "box", "24.00", "14.80", "黑 蓝 红"),
    ("定影组件", "spares", ProductUse.SPARE, "item", "420.00", "290.00", "A4 A3"),
    ("搓纸轮", "spares", ProductUse.SPARE, "item", "35.50", "18.20", "通用"),
    ("电源适配器", "spares", ProductUse.SPARE, "item", "129.00", "82.00", "65瓦 100瓦"),
    ("钢板", "materials", ProductUse.RAW, "kg", None, "6.35", "1毫米 2毫米"),
    ("颗粒板", "materials", ProductUse.RAW, "sheet", None, "145.00", "18毫米 25毫米"),
    ("上门安装", "services", ProductUse.SERVICE, "time", "150.00", None, "同城"),
    ("年度保养", "services", ProductUse.SERVICE, "year", "980.00", None, "单台"),
    ("技术培训", "services", ProductUse.SERVICE, "day", "1600.00", None, "半天 全天"),
]
#: (name of the set, parts as (first words of a product's name, quantity))
SETS = [
    ("示例新员工办公套装", [("台式电脑", 1), ("显示器", 1), ("办公桌", 1), ("人体工学椅", 1)]),
    ("示例小型会议室套装", [("会议平板", 1), ("投影仪", 1), ("人体工学椅", 8), ("上门安装", 1)]),
    ("示例打印耗材季度包", [("复印纸", 12), ("硒鼓", 4), ("标签纸", 20)]),
]
#: (name, phone)
CARRIERS = [
    ("示例速运", "400-000-0001"),
    ("示例物流", "400-000-0002"),
    ("演示同城配送", "400-000-0003"),
]
SUPPLIES = ["办公设备", "电脑", "家具", "纸业", "耗材", "配件", "钢材", "板材", "信息服务", "包装"]
#: (code, name, code of the parent, code of the region)
TEAMS = [
    ("demo-sales", "演示销售中心", None, None),
    ("demo-east", "演示华东销售部", "demo-sales", "east"),
    ("demo-south", "演示华南销售部", "demo-sales", "south"),
    ("demo-shanghai", "演示上海销售组", "demo-east", "east"),
    ("demo-marketing", "演示市场部", None, None),
    ("demo-service", "演示客服部", None, None),
    ("demo-supply", "演示供应链部", None, None),
    ("demo-office", "演示综合管理部", None, None),
]
#: (role, name, job title, code of the team); one per role that signs in
USERS = [
    ("sales_manager", "演示销售经理", "销售经理", "demo-sales"),
    ("sales", "演示销售", "销售代表", "demo-east"),
    ("purchasing", "演示采购", "采购专员", "demo-supply"),
    ("warehouse", "演示仓库", "仓库管理员", "demo-supply"),
    ("marketing", "演示市场", "市场专员", "demo-marketing"),
    ("service", "演示客服", "客服专员", "demo-service"),
    ("finance", "演示财务", "会计", "demo-office"),
    ("read_only", "演示只读", "审计", "demo-office"),
]
#: (role, name, job title, code of the team): colleagues with customers or tickets of their own
#: who never sign in
COLLEAGUES = [
    ("sales", "演示销售甲", "销售代表", "demo-east"),
    ("sales", "演示销售乙", "销售代表", "demo-shanghai"),
    ("sales", "演示销售丙", "销售代表", "demo-south"),
    ("sales", "演示销售丁", "销售代表", "demo-south"),
    ("service", "演示客服甲", "客服专员", "demo-service"),
    ("service", "演示客服乙", "客服专员", "demo-service"),
]
#: (type, subject, description, solution)
REQUESTS = [
    (
        TicketType.QUESTION,
        "咨询打印机联网设置",
        "客户想让两个部门共用一台打印机。",
        "远程协助设置了固定地址和共享打印。",
    ),
    (
        TicketType.QUESTION,
        "询问耗材兼容型号",
        "不确定大容量硒鼓是否适用。",
        "确认型号兼容，并发送了对照表。",
    ),
    (
        TicketType.INCIDENT,
        "打印机频繁卡纸",
        "每天卡纸三到五次，影响使用。",
        "上门更换搓纸轮并清洁通道，试印两百张正常。",
    ),
    (
        TicketType.INCIDENT,
        "显示器无法点亮",
        "接通电源后指示灯不亮。",
        "更换电源适配器后恢复正常。",
    ),
    (TicketType.INCIDENT, "会议平板触控失灵", "触控有偏移。", "重新校准并升级固件。"),
    (
        TicketType.REQUEST,
        "预约上门安装",
        "新到办公桌椅二十套，需要周末安装。",
        "周六完成安装并验收签字。",
    ),
    (TicketType.REQUEST, "申请补开发票", "原发票抬头有误。", "已作废重开并寄出。"),
    (TicketType.REQUEST, "申请年度保养", "合同内第二次保养。", "完成保养并留存报告。"),
    (
        TicketType.COMPLAINT,
        "投诉送货延迟",
        "约定周三送达，周五仍未收到。",
        "当天加急送达，向客户致歉并补偿运费。",
    ),
    (
        TicketType.COMPLAINT,
        "投诉安装人员态度",
        "安装后未清理现场。",
        "主管上门致歉并安排清理，已对人员培训。",
    ),
    (TicketType.RETURN, "申请退换人体工学椅", "扶手有划痕。", "核实后更换新品。"),
    (TicketType.RETURN, "退回多余标签纸", "多订了十卷。", "未拆封，已办理退货退款。"),
]
PRAISES = ["处理很快，谢谢", "工程师很专业", "态度热情，问题已解决", "满意", None, None, None]
COMPLAINTS = [
    "等了三天才有人联系",
    "同样的问题第二次出现",
    "电话一直打不通",
    "解释不清楚，需要反复沟通",
    "上门迟到且没有提前通知",
]
TASKS = [
    "整理客户需求并发送方案",
    "核对本月对账单",
    "电话回访上月成交客户",
    "准备下周例会材料",
    "更新产品报价表",
    "跟进样品试用反馈",
    "确认到货时间",
    "补充客户档案",
    "安排上门演示",
    "催收逾期款项",
]
#: (name, type, audience, goal); about one a month
CAMPAIGNS = [
    ("示例秋季新品邮件", CampaignType.EMAIL, "一年内有采购的客户", "带来 30 条有效线索"),
    ("示例办公节能讲座", CampaignType.EVENT, "关注节能的企业", "签到 80 人"),
    ("示例搜索推广第一季", CampaignType.ADVERTISING, "新办公室装修的企业", "获取询价 50 条"),
    ("示例耗材囤货季", CampaignType.EMAIL, "打印设备用户", "耗材销售增长两成"),
    ("示例会议室方案白皮书", CampaignType.CONTENT, "行政与信息负责人", "下载 200 次"),
    ("示例以旧换新", CampaignType.EMAIL, "设备使用满三年的客户", "置换 40 台"),
    ("示例微信节日问候", CampaignType.SOCIAL, "全部老客户", "保持联系"),
    ("示例行业展会", CampaignType.EVENT, "华东地区潜在客户", "收集名片 150 张"),
    ("示例搜索推广第二季", CampaignType.ADVERTISING, "中小企业", "获取询价 60 条"),
    ("示例开学季教育专场", CampaignType.EMAIL, "教育行业客户", "签约 10 家"),
    ("示例短视频系列", CampaignType.SOCIAL, "年轻的采购人员", "播放 5 万次"),
    ("示例年末答谢会", CampaignType.EVENT, "重要客户", "续约意向 30 家"),
]

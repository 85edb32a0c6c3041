"""How each department's file looks: format, encoding, headers, dates, units and words."""

from dataclasses import dataclass, field

BOOKKEEPING = ("entity_id", "record_id", "event_date", "available_at", "op")
LAKE_OPERATIONS = {"NEW": "upsert", "CORRECTED": "upsert", "WITHDRAWN": "withdraw"}
CHINESE_OPERATIONS = {"NEW": "新增", "CORRECTED": "更正", "WITHDRAWN": "撤销"}
LETTER_OPERATIONS = {"NEW": "A", "CORRECTED": "U", "WITHDRAWN": "D"}


@dataclass(frozen=True)
class Look:
    """One file as a department sends it.

    Args:
        file: Name below the city's folder; `.parquet` files keep the catalogue's names and types.
        prefix: What every record number begins with.
        encoding: Of a text file; empty for Parquet.
        headers: Header of each column by its catalogue name; a column not named keeps its name.
        dates: How a text file writes a day (strftime).
        money: How a text file writes money: "plain", "thousands" (1,234.50) or "wan" (units of 10,000 CNY).
        words: For a column, the file's word for each catalogue value; flags have True and False.
        operations: The file's word for a new, corrected and withdrawn row.
    """

    file: str
    prefix: str
    encoding: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    dates: str = "%Y-%m-%d"
    money: str = "plain"
    words: dict[str, dict[str | bool, str]] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=lambda: LAKE_OPERATIONS)

    @property
    def is_text(self) -> bool:
        """Whether the file is a CSV."""
        return bool(self.encoding)

    def header(self, column: str) -> str:
        """Return the file's name of a catalogue column."""
        return self.headers.get(column, column)


YES_NO: dict[str | bool, str] = {True: "是", False: "否"}

LOOKS = {
    "registration": Look(
        file="registration.csv",
        prefix="DJ",
        encoding="gb18030",
        headers={
            "entity_id": "统一社会信用代码",
            "record_id": "记录号",
            "event_date": "变更日期",
            "available_at": "入库日期",
            "op": "操作",
            "established_date": "成立日期",
            "industry": "行业代码",
            "district": "区县",
            "entity_type": "主体类型",
            "registered_capital_cny": "注册资本(万元)",
            "status": "登记状态",
        },
        money="wan",
        words={
            "entity_type": {
                "ENTERPRISE": "企业",
                "INDIVIDUAL_BUSINESS": "个体工商户",
                "FARMER_COOP": "农民专业合作社",
            },
            "status": {"ACTIVE": "存续", "REVOKED": "吊销", "DEREGISTERED": "注销"},
        },
        operations=CHINESE_OPERATIONS,
    ),
    "vat_invoice": Look(file="vat_invoice.parquet", prefix="FP"),
    "tax_declaration": Look(
        file="tax_declaration.csv",
        prefix="SB",
        encoding="utf-8-sig",
        headers={
            "entity_id": "纳税人识别号",
            "record_id": "申报记录号",
            "event_date": "税款所属期止",
            "available_at": "接收日期",
            "op": "操作",
            "revenue_cny": "申报营业收入(元)",
            "tax_paid_cny": "实缴税额(元)",
            "arrears_cny": "欠税余额(元)",
            "late_days": "逾期申报天数",
        },
        dates="%Y年%m月%d日",
        money="thousands",
        operations=CHINESE_OPERATIONS,
    ),
    "social_insurance": Look(file="social_insurance.parquet", prefix="SI"),
    "electricity": Look(
        file="electricity.csv",
        prefix="YD",
        encoding="utf-8",
        headers={
            "entity_id": "统一社会信用代码",
            "record_id": "抄表记录号",
            "event_date": "抄表截止日",
            "available_at": "推送日期",
            "op": "标志",
            "kwh": "用电量(千瓦时)",
            "bill_cny": "电费(元)",
            "unpaid_cny": "欠费(元)",
        },
        dates="%Y%m%d",
        operations=LETTER_OPERATIONS,
    ),
    "court_enforcement": Look(
        file="court_enforcement.csv",
        prefix="ZX",
        encoding="gb18030",
        headers={
            "entity_id": "被执行人代码",
            "record_id": "记录号",
            "event_date": "立案日期",
            "available_at": "公示日期",
            "op": "操作",
            "case_number": "案号",
            "amount_cny": "执行标的(万元)",
        },
        dates="%Y/%m/%d",
        money="wan",
        operations=CHINESE_OPERATIONS,
    ),
    "administrative_penalty": Look(
        file="administrative_penalty.csv",
        prefix="CF",
        encoding="utf-8-sig",
        headers={
            "entity_id": "行政相对人代码",
            "record_id": "记录号",
            "event_date": "处罚决定日期",
            "available_at": "公示日期",
            "op": "操作",
            "authority": "处罚机关",
            "severity": "严重程度",
            "fine_cny": "罚款金额(元)",
        },
        words={
            "authority": {
                "EEB": "生态环境",
                "AMR": "市场监管",
                "TAX": "税务",
                "EMERGENCY": "应急管理",
                "FIRE": "消防救援",
                "TRANSPORT": "交通运输",
                "OTHER": "其他",
            },
            "severity": {"MINOR": "轻微", "GENERAL": "一般", "SEVERE": "严重"},
        },
        operations=CHINESE_OPERATIONS,
    ),
    "environment": Look(
        file="environment.csv",
        prefix="HJ",
        encoding="utf-8-sig",
        headers={
            "entity_id": "统一社会信用代码",
            "record_id": "记录号",
            "event_date": "评价截止日",
            "available_at": "发布日期",
            "op": "操作",
            "env_credit_scheme": "环境信用评价体系",
            "env_credit_grade": "环境信用等级",
            "carbon_eff_k": "碳效值K",
            "carbon_intensity_l": "单位增加值碳排放L",
            "output_per_mu_class": "亩均评价等级",
            "energy_per_output": "单位产值能耗(吨标煤/万元)",
            "permit_class": "排污许可管理类别",
            "green_factory": "绿色工厂",
            "iso14001": "ISO14001认证",
        },
        words={
            "permit_class": {"KEY": "重点管理", "SIMPLIFIED": "简化管理", "REGISTERED": "登记管理"},
            "green_factory": YES_NO,
            "iso14001": YES_NO,
        },
        operations=CHINESE_OPERATIONS,
    ),
    "green_grade": Look(
        file="green_grade.csv",
        prefix="LJ",
        encoding="utf-8",
        headers={
            "entity_id": "统一社会信用代码",
            "record_id": "记录号",
            "event_date": "评价日期",
            "available_at": "发布日期",
            "op": "操作",
            "grade": "绿色金融评价等级",
        },
        words={"grade": {"NON": "非绿", "LIGHT": "浅绿", "MEDIUM": "中绿", "DEEP": "深绿"}},
        operations=CHINESE_OPERATIONS,
    ),
    "loan": Look(
        file="loan.csv",
        prefix="LN",
        encoding="utf-8",
        words={"green_inclusive": {True: "Y", False: "N"}},
    ),
    "loan_performance": Look(file="loan_performance.parquet", prefix="LP"),
}
"""The file of every source of the city, by the source's catalogue name."""

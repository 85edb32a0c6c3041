"""Names for the firms of a city: made up from each firm's code, so that they cost no draw of the city.

A likeness to the name of a real firm is chance.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Column
from features.city.arrays import Ints, scatter
from features.city.industries import INDUSTRIES
from features.city.sources import columns

PLACES = {
    "330500": "湖州",
    "330502": "湖州吴兴",
    "330503": "湖州南浔",
    "330521": "德清",
    "330522": "长兴",
    "330523": "安吉",
}
"""What a name begins with, by the code of the district."""

ENDINGS = {"ENTERPRISE": "有限公司", "INDIVIDUAL_BUSINESS": "经营部", "FARMER_COOP": "专业合作社"}

TRADES = {
    "A01": ("农业", "果蔬", "生态农业"),
    "A03": ("畜牧", "牧业", "生态养殖"),
    "C13": ("食品", "粮油", "农产品加工"),
    "C17": ("纺织", "织造", "丝绸"),
    "C18": ("服饰", "服装", "制衣"),
    "C20": ("木业", "竹业", "竹木制品"),
    "C21": ("家具", "家居", "椅业"),
    "C26": ("化工", "新材料", "涂料"),
    "C29": ("塑料", "橡塑", "塑业"),
    "C30": ("建材", "新型建材", "玻璃"),
    "C33": ("金属制品", "五金", "金属"),
    "C34": ("机械", "机电", "机械制造"),
    "C38": ("电气", "电源", "电机"),
    "E50": ("装饰", "建筑装饰", "装饰工程"),
    "F51": ("贸易", "商贸", "供应链"),
    "F52": ("百货", "日用品", "商业"),
    "G54": ("物流", "运输", "货运"),
    "H61": ("酒店", "宾馆", "民宿"),
    "H62": ("餐饮", "饮食", "餐饮管理"),
    "I65": ("软件", "信息技术", "网络科技"),
    "L72": ("商务服务", "企业管理", "咨询"),
}
"""Words for what a firm does, by industry."""

LETTERS = (
    "恒瑞华泰丰盛金玉鑫德福祥嘉宏锦启明远晨旭昌隆永益康宁天海云清绿翠竹溪苕莲桑茗菱荷"
    "安吉达兴旺顺利通源生春茂林森松柏岩石峰岭川河湖波涛润泽霖露星辰阳光辉耀灿朗煜炜"
    "东南西北中正大同仁义礼智信诚和平乐康庆贺颂雅韵诗画书墨文博学思恩惠慈善美好优良卓越"
)
"""Of two of these is the part of a name that is the firm's own."""
_OWN = tuple(dict.fromkeys(LETTERS))
_MOST_PLACES, _MOST_KINDS, _MOST_TRADES = 8, 4, 32
_PRIME, _BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)


def name_numbers(codes: pa.StringArray, *, kind: Ints, industry: Ints, district: Ints) -> Ints:
    """Return one number a firm that holds its whole name; see `spelled_names`.

    Args:
        codes: Codes of the firms, of one length.
        kind: Place in the catalogue's entity types.
        industry: Place in `INDUSTRIES`.
        district: Place in the catalogue's districts.
    """
    own = scatter(_hashed(codes)) % (len(_OWN) * (len(_OWN) - 1) * len(TRADES["A01"]))
    packed: Ints = ((own * _MOST_PLACES + district) * _MOST_KINDS + kind) * _MOST_TRADES + industry
    return packed


def spelled_names(numbers: Ints) -> pa.Array:
    """Return the names that `name_numbers` numbered."""
    rest, industry = np.divmod(numbers, _MOST_TRADES)
    rest, kind = np.divmod(rest, _MOST_KINDS)
    own, district = np.divmod(rest, _MOST_PLACES)
    pair, turn = np.divmod(own, len(TRADES["A01"]))
    first, step = np.divmod(pair, len(_OWN) - 1)
    second = (first + 1 + step) % len(_OWN)  # never the same letter twice
    trades = [word for one in INDUSTRIES for word in TRADES[one.code]]
    register = columns("registration")
    return pc.binary_join_element_wise(
        _taken([PLACES[code] for code in register["district"].values], district),
        _taken(list(_OWN), first),
        _taken(list(_OWN), second),
        _taken(trades, industry * len(TRADES["A01"]) + turn),
        _taken(_endings(register["entity_type"]), kind),
        "",
    )


def _endings(kinds: Column) -> list[str]:
    return [ENDINGS[kind] for kind in kinds.values]


def _taken(words: list[str], places: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(places))


def _hashed(codes: pa.StringArray) -> Ints:
    """Return FNV-1a of each code: the same on every machine and in every version."""
    letters = np.array(codes.to_pylist(), dtype="S18").view(np.uint8).reshape(len(codes), -1)
    hashed = np.full(len(codes), _BASIS)
    for place in range(letters.shape[1]):
        hashed = (hashed ^ letters[:, place]) * _PRIME
    return (hashed >> np.uint64(1)).astype(np.int64)

"""Invented people, companies and their codes. Nothing here is anybody: names, codes and places are made up.

The codes pass the check digits of GB 32100-2015 (with GB 11714) and GB 11643, but bear area numbers that
were never given out, so that they can belong to nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

_SURNAMES = "陈林黄郑吴许何高罗梁宋谢韩唐冯于董程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
_GIVEN = (
    "敏", "洋", "刚", "静", "立", "悦", "强", "远", "文博", "思远", "雨桐", "建国", "海燕", "志强", "晓东", "丽萍", "国庆",
    "春梅", "永康", "佳宁", "宏伟", "秀兰", "明哲", "卫东", "雅琴", "立新", "振华", "淑芬", "俊杰", "婉清", "德胜", "玉珍",
)  # fmt: skip
#: Made-up brands; a town's name in front, a trade behind.
_BRANDS = (
    "澜翊", "霁川", "岚泊", "隽垣", "珩越", "嵘沛", "潆泰", "煜砺", "澍衡", "翮远", "珀宁", "砚澄", "淙盛", "崧合", "璟朗", "骐岸",
    "沅驰", "垚钧", "禾峻", "晞瑞", "澔德", "筱衡", "瑾拓", "泓屿", "峤信", "棠烁", "铄辰", "昀禾", "湛樾", "岑岳", "旻川", "芃阳",
    "珝华", "洵达", "稷安", "钰嵘", "赟通", "邈成", "涣然", "烨樟", "彧和", "玥航", "阗丰", "翎硕", "嵩屹", "渌原", "茗洲", "绛仪",
)  # fmt: skip
_TRADES = (
    "机械有限公司", "重型装备有限公司", "轴承制造有限公司", "钢结构工程有限公司", "矿山设备有限公司", "港口工程有限公司", "电力设备有限公司",
    "建材有限公司", "水务工程有限公司", "冶金科技有限公司", "物流装备有限公司", "建设集团有限公司",
)  # fmt: skip
_BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ENTERPRISE, PUBLIC, PERSON = "企业", "机关事业单位", "个人"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who owes."""

    name: str
    type: str
    code: str


def organisation_code(body: str) -> str:
    """The check character of an 8-character organisation code (GB 11714)."""
    rest = 11 - sum(w * _LETTERS.index(c) for w, c in zip(_CODE_WEIGHTS, body, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(kind: str, area: str, body: str) -> str:
    """A whole 统一社会信用代码 of *kind* (``91`` company, ``11`` authority) from an 8-character body."""
    first = f"{kind}{area}{body}{organisation_code(body)}"
    total = sum(w * _BODY.index(c) for w, c in zip(_USCC_WEIGHTS, first, strict=True))
    return first + _BODY[(31 - total % 31) % 31]


def identity_number(area: str, born: dt.date, serial: int) -> str:
    """A whole 身份证号 (GB 11643)."""
    first = f"{area}{born:%Y%m%d}{serial:03d}"
    total = sum(w * int(c) for w, c in zip(_CARD_WEIGHTS, first, strict=True))
    return first + "10X98765432"[total % 11]


class Register:
    """Gives out names and codes, each once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._people: set[str] = set()
        self._brands = list(_BRANDS)
        random.shuffle(self._brands)

    def person(self) -> str:
        """A person's name that was not given out before."""
        while True:
            name = self._random.choice(_SURNAMES) + self._random.choice(_GIVEN)
            if name not in self._people:
                self._people.add(name)
                return name

    def company(self, towns: tuple[str, ...]) -> Party:
        """A company in one of *towns*."""
        name = self._random.choice(towns) + self._brands.pop() + self._random.choice(_TRADES)
        return Party(name, ENTERPRISE, credit_code("91", "999000", self._body("MA", 6)))

    def authority(self, name: str) -> Party:
        """A public body called *name*."""
        return Party(name, PUBLIC, credit_code("12", "999000", self._body("", 8)))

    def private(self) -> Party:
        """A person who owes."""
        born = dt.date(1958, 1, 1) + dt.timedelta(days=self._random.randrange(9_000))
        return Party(self.person(), PERSON, identity_number("999000", born, self._random.randrange(1, 1000)))

    def _body(self, start: str, count: int) -> str:
        return start + "".join(self._random.choice("0123456789") for _ in range(count))

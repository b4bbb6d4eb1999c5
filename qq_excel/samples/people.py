"""Invented people, companies and their codes. Nothing here is anybody: names, codes and places are made up.

The codes pass the check digits of GB 32100-2015 (with GB 11714) and GB 11643, but bear area numbers that
were never given out, so that they can belong to nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

_SURNAMES = (
    "陈林黄郑吴许何高罗梁宋谢韩唐冯于董程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
)
_GIVEN = (
    "敏", "洋", "刚", "静", "立", "悦", "强", "远", "文博", "思远", "雨桐", "建国", "海燕", "志强", "晓东", "丽萍", "国庆",
    "春梅", "永康", "佳宁", "宏伟", "秀兰", "明哲", "卫东", "雅琴", "立新", "振华", "淑芬", "俊杰", "婉清", "德胜", "玉珍",
)  # fmt: skip
#: Made-up brands of two characters; a town's name in front, a trade behind.
_FIRST, _SECOND = "澜霁岚隽珩嵘潆煜澍翮珀砚淙崧璟骐沅垚", "翊泊垣越沛砺衡岷澄盛阗朗岸驰钧峻屿樾"
_TRADES = (
    "机械有限公司", "重型装备有限公司", "轴承制造有限公司", "钢结构工程有限公司", "矿山设备有限公司", "港口工程有限公司",
    "电力设备有限公司", "建材有限公司", "水务工程有限公司", "冶金科技有限公司", "物流装备有限公司", "建设集团有限公司",
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
        self._brands = [a + b for a in _FIRST for b in _SECOND]
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

"""Units as people write them, by what is measured, and their factors to the unit in the column's name."""

from __future__ import annotations

import re

from heatnet.schema.folding import folded_word

# Factors to the standard unit of each measure: m, mm, kW, m2, h, m3, degC, m of water, W/m, years, pieces.
_METRES = {"m": 1.0, "米": 1.0, "м": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "метр": 1.0,
           "км": 1e3, "km": 1e3, "公里": 1e3, "千米": 1e3, "mm": 1e-3, "毫米": 1e-3, "мм": 1e-3, "cm": 1e-2,
    "厘米": 1e-2,
           "см": 1e-2, "延米": 1.0, "ft": 0.3048, "feet": 0.3048, "百米": 100.0, "里": 500.0,
    "пм": 1.0, "п.м": 1.0}  # fmt: skip
_MILLIMETRES = {"mm": 1.0, "毫米": 1.0, "мм": 1.0, "m": 1e3, "米": 1e3, "м": 1e3, "cm": 10.0, "厘米": 10.0, "см": 10.0}
_KILOWATTS = {"kw": 1.0, "千瓦": 1.0, "квт": 1.0, "mw": 1e3, "兆瓦": 1e3, "мвт": 1e3, "w": 1e-3, "瓦": 1e-3, "вт": 1e-3,
              "gj/h": 1e3 / 3.6, "吉焦/小时": 1e3 / 3.6, "gj/小时": 1e3 / 3.6, "gcal/h": 1163.0, "гкал/ч": 1163.0,
              "гкал/час": 1163.0, "万kw": 1e4, "万千瓦": 1e4, "kwth": 1.0, "mwth": 1e3, "kcal/h": 1.163e-3,
              "万大卡": 11.63, "万大卡/h": 11.63, "mj/h": 1 / 3.6, "gw": 1e6}  # fmt: skip
_SQUARE_METRES = {"m2": 1.0, "平方米": 1.0, "平米": 1.0, "平方": 1.0, "平": 1.0, "м2": 1.0, "кв.м": 1.0, "квм": 1.0,
                  "万m2": 1e4, "万平方米": 1e4, "万平米": 1e4, "万平方": 1e4, "万平": 1e4, "km2": 1e6, "平方公里": 1e6,
                  "公顷": 1e4, "ha": 1e4, "га": 1e4, "тыс.м2": 1e3, "万": 1e4, "sqm": 1.0, "m^2": 1.0, "千m2": 1e3,
                  "万m^2": 1e4}  # fmt: skip
_HOURS = {"h": 1.0, "小时": 1.0, "个小时": 1.0, "时": 1.0, "hour": 1.0, "hours": 1.0, "hr": 1.0, "hrs": 1.0, "ч": 1.0,
          "час": 1.0, "часа": 1.0, "часов": 1.0, "min": 1 / 60, "分钟": 1 / 60, "分": 1 / 60, "мин": 1 / 60, "d": 24.0,
          "天": 24.0, "日": 24.0, "day": 24.0, "days": 24.0, "сут": 24.0, "сутки": 24.0, "дней": 24.0, "钟头": 1.0,
          "minutes": 1 / 60, "s": 1 / 3600, "秒": 1 / 3600}  # fmt: skip
_CUBIC_METRES = {"m3": 1.0, "立方米": 1.0, "立方": 1.0, "方": 1.0, "吨": 1.0, "t": 1.0, "м3": 1.0, "т": 1.0,
    "куб.м": 1.0,
                 "万m3": 1e4, "万立方米": 1e4, "万吨": 1e4, "万方": 1e4, "l": 1e-3, "升": 1e-3, "л": 1e-3, "万t": 1e4,
                 "тыс.м3": 1e3, "万立方": 1e4, "m^3": 1.0, "千吨": 1e3}  # fmt: skip
_DEGREES_C = {"°c": 1.0, "c": 1.0, "度": 1.0, "摄氏度": 1.0, "°": 1.0, "с": 1.0, "°с": 1.0, "degc": 1.0,
    "градусов": 1.0,
              "deg": 1.0, "o c": 1.0, "oc": 1.0}  # fmt: skip
_METRES_OF_WATER = {"m": 1.0, "米": 1.0, "м": 1.0, "mh2o": 1.0, "米水柱": 1.0, "mwc": 1.0, "м.вод.ст": 1.0,
    "m水柱": 1.0,
                    "kpa": 1 / 9.80665, "mpa": 1e3 / 9.80665, "bar": 100 / 9.80665, "кпа": 1 / 9.80665,
    "мпа": 1e3 / 9.80665,
                    "公斤": 10.0, "kg/cm2": 10.0, "kgf/cm2": 10.0, "pa": 1e-3 / 9.80665,
    "atm": 10.33, "атм": 10.33}  # fmt: skip

DEGREES = "degrees"  # of longitude or latitude, which are turned into metres for both coordinates at once
OUTER = "outer mm"  # a diameter measured outside, which is turned into a nominal one by the standard table
UNITS: dict[str, dict[str, float]] = {
    "length": _METRES,
    "grid": {**_METRES, "度": float("nan"), "°": float("nan"), "deg": float("nan"), "degrees": float("nan")},
    "diameter": _MILLIMETRES,
    "thickness": _MILLIMETRES,
    "power": _KILOWATTS,
    "area": _SQUARE_METRES,
    "hours": _HOURS,
    "volume": _CUBIC_METRES,
    "temperature": _DEGREES_C,
    "head": _METRES_OF_WATER,
    "loss": {"w/m": 1.0, "瓦/米": 1.0, "вт/м": 1.0, "kw/m": 1e3, "w/米": 1.0, "kw/km": 1.0},
    "count": {"户": 1.0, "个": 1.0, "家": 1.0, "万户": 1e4, "户数": 1.0, "кв": 1.0, "шт": 1.0, "套": 1.0, "千户": 1e3,
              "homes": 1.0, "households": 1.0, "flats": 1.0, "万": 1e4},
    "years": {"年": 1.0, "year": 1.0, "years": 1.0, "лет": 1.0, "год": 1.0, "года": 1.0, "a": 1.0, "月": 1 / 12,
              "个月": 1 / 12, "months": 1 / 12},
    "year": {"年": 1.0, "year": 1.0, "г": 1.0, "год": 1.0, "г.": 1.0},
    "season": {"年": 1.0, "year": 1.0},
    "": {},
}  # fmt: skip
_FOLDED = {measure: {folded_word(unit): factor for unit, factor in units.items()} for measure, units in UNITS.items()}
_KNOWN = {unit for units in _FOLDED.values() for unit in units}
STANDARD = {
    "length": "m", "grid": "m", "diameter": "mm", "thickness": "mm", "power": "kW", "area": "m2", "hours": "h",
    "volume": "m3", "temperature": "degC", "head": "m", "loss": "W/m", "count": "", "years": "years", "year": "",
    "season": "", "": "",
}  # fmt: skip
_END = re.compile(r"[.。,，;；]+$")


def factor_of(unit: str, measure: str) -> float | None:
    """Return how many standard units of a measure one of this unit is, ``None`` where it is none of its units.

    Examples
    --------
    >>> factor_of("万㎡", "area"), factor_of("км", "length"), factor_of("kg", "length")
    (10000.0, 1000.0, None)
    """
    word = folded_word(unit)
    known = _FOLDED.get(measure, {})
    return known[word] if word in known else known.get(_END.sub("", word))


def is_unit(text: str) -> bool:
    """Return whether a text is a unit of anything."""
    return folded_word(text) in _KNOWN

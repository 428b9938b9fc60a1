"""Pipe sizes as ledgers give them: DN200, Φ219×6, De110, 外径219, 2×DN200, 8"; all as nominal diameters in mm.

Outer diameters of steel pipe are those of GB/T 17395 and EN 10220, series 1 and the usual others; of plastic pipe
(De) those of ISO 4065. An outer diameter within 1.5 % of a standard one is that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Nominal diameter in mm: outer diameters in mm.
_STEEL = {
    15: (21.3, 22, 18), 20: (26.9, 25, 27), 25: (33.7, 32, 34), 32: (42.4, 38, 42), 40: (48.3, 45, 48),
    50: (60.3, 57, 60),
    65: (76.1, 73, 76), 80: (88.9, 89), 100: (114.3, 108, 114), 125: (139.7, 133, 140), 150: (168.3, 159, 168),
    200: (219.1, 219), 250: (273,), 300: (323.9, 325), 350: (355.6, 377), 400: (406.4, 426), 450: (457, 480),
    500: (508, 529, 530), 600: (610, 630), 700: (711, 720), 800: (813, 820), 900: (914, 920), 1000: (1016, 1020),
    1200: (1219, 1220), 1400: (1420, 1422), 1600: (1620,),
}  # fmt: skip
_PLASTIC = {
    15: (20,), 20: (25,), 25: (32,), 32: (40,), 40: (50,), 50: (63,), 65: (75,), 80: (90,), 100: (110,),
    125: (125, 140), 150: (160,), 200: (200, 225), 250: (250, 280), 300: (315,), 350: (355,), 400: (400, 450),
    500: (500, 560), 600: (630,),
}  # fmt: skip
NOMINAL = (15, 20, 25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900,
           1000, 1200, 1400, 1600)  # fmt: skip
_INCHES = {0.5: 15, 0.75: 20, 1.0: 25, 1.25: 32, 1.5: 40, 2.0: 50, 2.5: 65, 3.0: 80, 4.0: 100, 5.0: 125, 6.0: 150}

_NUMBER = r"(\d+(?:\.\d+)?)"
_OUTER_MARK = r"(?:φ|ф|⌀|ø|∅|直径|od|外径|d)"
_TIMES = r"\s*[x×х*]\s*"
_PAIR = re.compile(rf"^2{_TIMES}(?=[a-zφф⌀ø∅])|(?<=[\d)]){_TIMES}2\s*(?:根|条)?$")
_DN = re.compile(rf"^(?:dn|ду|公称直径)\s*{_NUMBER}\s*(?:mm|мм)?(?:\s*/\s*(?:dn|de|φ|ф)?\s*{_NUMBER})?$")
_PLASTIC_SIZE = re.compile(rf"^(?:de|pe|ppr|pe-rt)\s*{_NUMBER}(?:{_TIMES}{_NUMBER})?$")
_OUTER_SIZE = re.compile(
    rf"^{_OUTER_MARK}\s*{_NUMBER}(?:{_TIMES}{_NUMBER})?\s*(?:mm|мм)?(?:\s*/\s*{_OUTER_MARK}?\s*{_NUMBER}(?:{_TIMES}{_NUMBER})?)?$"
)
_WALLED = re.compile(rf"^{_NUMBER}{_TIMES}{_NUMBER}$")
_INCH = re.compile(rf"^{_NUMBER}\s*(?:\"|''|″|英寸|寸|inch|in)$")


@dataclass(frozen=True, slots=True)
class Size:
    """A pipe size read from a cell.

    Attributes
    ----------
    diameter_mm : float
        Nominal diameter.
    wall_mm : float
        Wall thickness; not a number where the cell does not say.
    is_pair : bool
        The cell says that there are two such pipes.
    """

    diameter_mm: float
    wall_mm: float = float("nan")
    is_pair: bool = False


def size_of(cell: str) -> Size | None:
    """Return the pipe size that a folded cell names, ``None`` where it names none with a mark.

    Examples
    --------
    >>> size_of("dn 200"), size_of("φ219x6")
    (Size(diameter_mm=200.0, wall_mm=nan, is_pair=False), Size(diameter_mm=200.0, wall_mm=6.0, is_pair=False))
    >>> size_of("2×dn200").is_pair, size_of("de110").diameter_mm, size_of("200")
    (True, 100.0, None)
    """
    single = _PAIR.sub("", cell.strip())
    is_pair = single != cell.strip()
    if found := _DN.match(single):
        return Size(float(found[1]), is_pair=is_pair)
    if found := _PLASTIC_SIZE.match(single):
        nominal = nominal_of(float(found[1]), plastic=True)
        return None if nominal is None else Size(nominal, is_pair=is_pair)
    if found := (_OUTER_SIZE.match(single) or _WALLED.match(single)):
        nominal = nominal_of(float(found[1]))
        wall = float(found[2]) if found[2] else float("nan")
        return None if nominal is None else Size(nominal, wall, is_pair)
    if (found := _INCH.match(single)) and float(found[1]) > 0:
        inches = float(found[1])
        return Size(float(_INCHES.get(inches, round(inches * 25 / 50) * 50)), is_pair=is_pair)
    return None


def nominal_of(outer_mm: float, *, plastic: bool = False) -> float | None:
    """Return the nominal diameter of a standard outer diameter in mm, ``None`` where there is none near.

    Examples
    --------
    >>> nominal_of(219.1), nominal_of(325), nominal_of(110, plastic=True), nominal_of(233)
    (200.0, 300.0, 100.0, None)
    """
    table = _PLASTIC if plastic else _STEEL
    near = min((abs(outer - outer_mm) / outer, nominal) for nominal, outers in table.items() for outer in outers)
    return float(near[1]) if near[0] <= 0.015 else None

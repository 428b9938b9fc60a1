"""What all pictures share: Axes to draw onto, and letters that the machine's fonts have."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from heatnet.errors import MissingExtraError
from heatnet.language import checked_language, note, worded, words

_CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "SimHei"),
    *("PingFang SC", "Heiti SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "SimSun"),
)
_CHINESE_FILE = re.compile(r"(NotoSansCJK-Regular|NotoSansSC|SourceHanSans|msyh|simhei|simsun|PingFang|wqy-)", re.I)
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def axes_for(ax: Any, size_in: tuple[float, float] = (7.0, 5.0)) -> Any:
    """Return the Axes that were given, or new ones on a figure of their own that no global state holds.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("plot", "drawing a picture") from error
    if ax is not None:
        return ax
    figure = Figure(figsize=size_in, layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


class Letters:
    """Words of a picture in one language, in letters that can be drawn.

    Where no font of this machine has Chinese letters, English stands for Chinese words, and a box for each Chinese
    letter in names.
    """

    def __init__(self, language: str) -> None:
        self.font = chinese_font()
        self.language = checked_language(language) if self.font else "en"

    def words(self, key: str, **values: Any) -> str:
        """Return the words of a key of ``language/*/plot.py``."""
        return self.drawn(worded(note(f"plot.{key}", **values), self.language))

    def named(self, key: str) -> str:
        """Return the words of a full key, such as ``values.age``."""
        return self.drawn(worded(note(key), self.language))

    def heading(self, column: str) -> str:
        """Return what a column is called, the column itself where it has no other name."""
        return self.named(f"headings.{column}") if column in words("headings", self.language) else self.drawn(column)

    def drawn(self, text: object) -> str:
        """Return a text from a table in letters that can be drawn."""
        return str(text) if self.font else _CHINESE.sub("\u25a1", str(text))

    def label(self, ax: Any, **texts: str) -> None:
        """Set title, xlabel, ylabel and the font of everything written on the Axes."""
        ax.set(**texts)
        if not self.font:
            return
        legend = ax.get_legend()
        written = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels(), *ax.texts]
        for text in [*written, *(legend.get_texts() if legend else [])]:
            text.set_fontfamily([self.font, "DejaVu Sans"])


@cache
def chinese_font() -> str | None:
    """Return a font of this machine that has Chinese letters; None: there is none.

    A font that was installed after matplotlib last listed the fonts is found by its file.
    """
    from matplotlib import font_manager

    def known() -> str | None:
        names = {entry.name for entry in font_manager.fontManager.ttflist}
        return next((name for name in _CHINESE_FONTS if name in names), None)

    if found := known():
        return found
    for path in sorted(font_manager.findSystemFonts()):
        if _CHINESE_FILE.search(path):
            font_manager.fontManager.addfont(path)
    return known()

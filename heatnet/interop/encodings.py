"""The encoding of a text, told by what the text then looks like.

Bytes may be right in several encodings, yet only one of them gives words: Chinese in characters that are in daily use,
Russian in Cyrillic words of one case, western languages in Latin words with a few accents. Each encoding that fits is
scored by the share of its letters beyond ASCII that look like that; where two are near, charset-normalizer decides.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from charset_normalizer import from_bytes

from heatnet.schema.folding import folded_word
from heatnet.schema.vocabulary import all_words

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKED = frozenset(encoding for _, encoding in _MARKS)
_SAMPLE = 200_000  # bytes that are looked at
_HEAD = 1 << 20  # letters in which the heading of a table stands
_BLOCK = 1 << 20  # bytes that are checked at a time
_NEAR = 0.12  # scores nearer than this are told apart by charset-normalizer
_CLEAR = 0.7  # a lower score is doubtful
_KNOWN_WORD = 0.3  # what a heading or word of the schema adds to a score
_FEW = 4  # fewer letters beyond ASCII leave a doubt
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = set("，。、；：？！“”‘’（）《》【】—…·～％￥℃㎡㎥°²³±×÷√№φΦ°′″€£§«»–‚„†‡•™©®¼½¾µ·¹")
_DAMAGED = re.compile(r"\ufffd|锟斤拷|烫烫烫|Ã[\x80-\xbf©¤¶¼±]|â€[œ\x9d™“”]|Ð[°-¿]|å\x9c|ç®¡|æ\xae")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding in which it was read.

    Attributes
    ----------
    utf8 : bytes
        The text in UTF-8: of a file in UTF-8 its own bytes, so that a large one is held once.
    start : int
        Where the text begins, behind a byte order mark.
    encoding : str
        The encoding; ``ascii`` where it does not matter.
    is_doubtful : bool
        Another encoding might be meant.
    is_damaged : bool
        The text holds letters that a wrong encoding has left before.
    """

    utf8: bytes
    encoding: str
    is_doubtful: bool = False
    is_damaged: bool = False
    start: int = 0

    @property
    def text(self) -> str:
        """The whole text, without a byte order mark."""
        return self.utf8[self.start :].decode()

    @property
    def head(self) -> str:
        """The first million letters."""
        return _head(self.utf8, self.start, _HEAD)


def decoded(raw: bytes) -> Decoded | None:
    """Return the text of a file, ``None`` where it is no text.

    Examples
    --------
    >>> decoded("管段编号,长度".encode("gb18030")).encoding, decoded("Straße, Müller".encode("cp1252")).encoding
    ('gb18030', 'cp1252')
    >>> decoded(b"node_id,kind").encoding, decoded(bytes(40) + b"ab") is None
    ('ascii', True)
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _checked(raw, encoding)
    if raw.isascii():
        return None if b"\x00" in raw and not _wide(raw) else _checked(raw, _wide(raw) or "ascii")
    if wide := _wide(raw):
        return _checked(raw, wide)
    if b"\x00" in raw[:_SAMPLE]:
        return None
    return _checked(raw, "utf-8") or _told_apart(raw)


def _has_known_word(text: str) -> bool:
    """Return whether a cell of the first lines is a word that ledgers use."""
    cells = re.split(r"[,;\t\r\n\"]", text[:5000])
    return any(not cell.isascii() and folded_word(cell) in all_words() for cell in cells)


def _tried(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(raw: bytes) -> str:
    """Return the UTF-16 without a mark that its zeros show, empty where there are few."""
    sample = raw[:2000]
    if len(sample) < 4 or len(raw) % 2:
        return ""
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.3 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > 0.3 * half and sample[1::2].count(0) < 0.05 * half else ""


def _checked(raw: bytes, encoding: str) -> Decoded | None:
    """Return the text of bytes in an encoding, ``None`` where they are none; UTF-8 is checked and left as it is."""
    if encoding in ("ascii", "utf-8", "utf-8-sig"):
        if encoding != "ascii" and not _is_utf8(raw):
            return None
        utf8 = raw
    else:
        text = _tried(raw, encoding)
        if text is None:
            return None
        utf8 = text.encode()
    start = 0
    while encoding in _MARKED and utf8.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
    return Decoded(utf8, encoding, is_damaged=bool(_DAMAGED.search(_head(utf8, start, _SAMPLE))), start=start)


def _is_utf8(raw: bytes) -> bool:
    """Return whether bytes are right in UTF-8, without making a text of them all."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(raw), _BLOCK):
            decoder.decode(raw[at : at + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _head(utf8: bytes, start: int, letters: int) -> str:
    """Return the first letters of a text in UTF-8, of which one takes four bytes at most."""
    return utf8[start : start + 4 * letters].decode(errors="ignore")[:letters]


def _told_apart(raw: bytes) -> Decoded | None:
    """Return the text in that encoding of one or two bytes a letter in which it looks best."""
    sample = _beyond_ascii(raw)
    scores: dict[str, float] = {}
    for encoding, score in _SCORES.items():
        text = _tried(sample, encoding)
        if text is not None and _tried(raw, encoding) is not None:
            scores[encoding] = score(text) + (_KNOWN_WORD if _has_known_word(text) else 0.0)
    if not scores:
        return None
    ranked = sorted(scores, key=lambda name: (-scores[name], list(_SCORES).index(name)))
    best = ranked[0]
    near = [name for name in ranked if scores[best] - scores[name] < _NEAR]
    if len(near) > 1:
        best = _normalizers_choice(sample, near) or best
    letters = sum(not letter.isascii() for letter in sample.decode(best, "replace"))
    is_doubtful = scores[best] < _CLEAR or len(near) > 1 or letters < _FEW
    text = raw.decode(best)
    return Decoded(text.encode(), best, is_doubtful, bool(_DAMAGED.search(text[:_SAMPLE])))


def _beyond_ascii(raw: bytes) -> bytes:
    """Return the lines that hold letters beyond ASCII, up to a size that is enough to tell."""
    found, size = [], 0
    for line in raw.splitlines(keepends=True):
        if not line.isascii():
            found.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(found)


def _normalizers_choice(sample: bytes, among: list[str]) -> str:
    """Return which of the encodings charset-normalizer takes, empty where it takes none."""
    best = from_bytes(sample, cp_isolation=among).best()
    if best is None:
        return ""
    taken = codecs.lookup(best.encoding)
    return next((name for name in among if codecs.lookup(name) == taken), "")


def _chinese(encoding: str) -> Callable[[str], float]:
    def score(text: str) -> float:
        total = good = 0.0
        before = " "
        for letter in text:
            if not letter.isascii():
                total += 1
                weight = 1.0 if letter in _SIGNS else _daily_use(letter, encoding)
                good += weight * (0.1 if before.isascii() and before.islower() and before.isalpha() else 1.0)
            before = letter
        return good / total if total else 0.0

    return score


@cache
def _daily_use(letter: str, encoding: str) -> float:
    """Return how usual a letter is: 1 in the first level of its standard, by use; less in the second and beyond."""
    if "\uff01" <= letter <= "\uff5e" or "\u3000" <= letter <= "\u303f":
        return 1.0
    if not "\u4e00" <= letter <= "\u9fff":
        return 0.1
    code = letter.encode(encoding)
    if len(code) != 2:
        return 0.0
    lead, trail = code
    if encoding == "big5":
        return 1.0 if 0xA4 <= lead <= 0xC6 else 0.3
    if trail < 0xA1 or not 0xB0 <= lead <= 0xF7:
        return 0.1  # not in GB 2312
    return 1.0 if lead <= 0xD7 else 0.5


def _cyrillic(text: str) -> float:
    """Return the share of letters beyond ASCII in Cyrillic words of one case."""
    total = good = 0.0
    for word in _WORD.findall(text):
        beyond = [letter for letter in word if not letter.isascii()]
        total += len(beyond)
        if len(beyond) == len(word) and all("а" <= letter.lower() <= "я" or letter in "ёЁ" for letter in word):
            is_shaped = word.islower() or word.isupper() or word[1:].islower()
            good += len(word) * (1.0 if is_shaped and len(word) > 1 else 0.4 if is_shaped else 0.1)
    signs = [letter for letter in text if not letter.isascii() and not letter.isalpha()]
    total += len(signs)
    good += sum(0.8 for letter in signs if letter in _SIGNS)
    return good / total if total else 0.0


def _western(text: str) -> float:
    """Return the share of letters beyond ASCII that are single accents in Latin words."""
    total = good = 0.0
    for word in _WORD.findall(text):
        beyond = [letter for letter in word if not letter.isascii()]
        total += len(beyond)
        if beyond and (3 * len(beyond) <= 2 * len(word) or len(word) == 1):
            is_shaped = word.islower() or word.isupper() or word[1:].islower()
            good += len(beyond) * (1.0 if is_shaped and len(word) > 1 else 0.5)
    signs = [letter for letter in text if not letter.isascii() and not letter.isalpha()]
    total += len(signs)
    good += sum(0.8 for letter in signs if letter in _SIGNS)
    return good / total if total else 0.0


_SCORES: dict[str, Callable[[str], float]] = {
    "gb18030": _chinese("gb18030"),
    "big5": _chinese("big5"),
    "cp1251": _cyrillic,
    "cp1252": _western,
}

"""A new language is a folder of tables: ranking, page, workbook and command line speak it without another change."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import heatnet.language
from heatnet.language import languages, words
from heatnet.report.programme import programme
from tests.small_programme import SUMMER, assessed, planned


@pytest.fixture
def loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """English with every literal word in capitals."""
    english = Path(heatnet.language.__file__).parent / "en"
    shutil.copytree(english, tmp_path / "loud", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (tmp_path / "loud").glob("*.py"):
        if path.stem not in ("__init__", "values", "language"):
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(map(in_capitals, lines)), encoding="utf-8")
    monkeypatch.setattr(heatnet.language, "__path__", [*heatnet.language.__path__, str(tmp_path)])
    yield "loud"
    words.cache_clear()
    for name in [name for name in sys.modules if name.startswith("heatnet.language.loud")]:
        del sys.modules[name]


def in_capitals(line: str) -> str:
    """The words of a table's line in capitals, its placeholders as they are."""
    match = re.fullmatch(r'(    "\w+": )(.*)', line)
    if match is None:
        return line
    return match[1] + re.sub(r"[^{}]+(?![^{]*\})", lambda part: part[0].upper(), match[2])


def test_the_programme_of_works_speaks_a_language_that_was_just_added(loud: str) -> None:
    assert loud in languages()
    assessment = assessed()
    content = programme(assessment, planned(assessment, summer=SUMMER), language=loud)
    assert content.title == "PROGRAMME OF WORKS, SUMMER 2026"
    said = [sentence for sentences in content.sentences.values() for sentence in sentences]
    said += [fact.text for facts in content.facts.values() for fact in facts]
    said += [text for sheet in content.sheets for text in (sheet.title, sheet.caption)]
    assert not [sentence for sentence in said if re.search("[a-z]{3,} [a-z]{3,}", sentence)]

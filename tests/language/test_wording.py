"""Notes and headings in every language that heatnet speaks."""

import ast
import json
import pkgutil
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

import heatnet
import heatnet.language
from heatnet.errors import HeatnetError
from heatnet.language import heading, joined, languages, note, note_from_data, worded, words

ROOMS = sorted(module.name for module in pkgutil.iter_modules([str(Path(heatnet.language.__file__).parent / "en")]))


def placeholders(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def keys_in_use():
    """Every key that a call of ``note`` writes out, with the names of its values and where it stands."""
    for path in sorted(Path(heatnet.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "note":
                if not (call.args and isinstance(call.args[0], ast.Constant)):
                    continue
                names = [keyword.arg for keyword in call.keywords]
                yield call.args[0].value, (None if None in names else set(names)), f"{path.name}:{call.lineno}"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("room", ROOMS)
def test_no_key_lacks_a_word_and_the_placeholders_agree(room, language):
    english, other = words(room, "en"), words(room, language)
    assert set(other) == set(english)
    assert {key: placeholders(text) for key, text in other.items()} == {
        key: placeholders(text) for key, text in english.items()
    }
    assert all(other.values())


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_words_are_chinese(room):
    names = {"age", "heatnet"}
    for key, text in words(room, "zh").items():
        assert any(ord(letter) > 0x2E7F for letter in text) or key in names, (room, key)


def test_every_note_in_the_code_has_its_words_and_gives_their_values():
    for key, names, where in keys_in_use():
        room, _, name = key.partition(".")
        assert room in ROOMS, f"{where}: {key}"
        assert name in words(room), f"{where}: {key}"
        if names is not None:
            assert names == placeholders(words(room)[name]), f"{where}: {key}"


def test_an_unknown_language_is_refused_by_naming_the_known_ones():
    with pytest.raises(HeatnetError, match="'fr'; heatnet speaks en, zh"):
        worded(note("language.example", count=1, ids=()), "fr")


def test_a_key_without_words_is_named():
    with pytest.raises(HeatnetError, match=r"no words for 'language\.nothing'"):
        worded(note("language.nothing"))
    with pytest.raises(HeatnetError, match="no table of words 'nowhere'"):
        worded(note("nowhere.nothing"))


def test_a_text_stays_as_it_is():
    assert worded("The mayor's wish.", "zh") == "The mayor's wish."


def test_sentences_are_joined_as_the_language_does_it():
    assert joined(["A.", "B."]) == "A. B."
    assert joined(["甲。", "乙。"], "zh") == "甲。乙。"


def test_headings_come_in_the_language():
    assert heading("diameter_mm") == "Diameter, mm"
    assert heading("diameter_mm", "zh") == "管径 (mm)"


def test_a_note_goes_through_json_and_holds_plain_values():
    inner = note("language.example", count=np.int64(2), ids=["S1", "S2"])
    outer = note("language.example", count=inner, ids=("S1", inner))
    assert note_from_data(json.loads(json.dumps(outer.to_data()))) == outer
    assert inner.values == (("count", 2), ("ids", ("S1", "S2")))
    assert type(inner.values[0][1]) is int
    assert hash(inner) == hash(note("language.example", ids=("S1", "S2"), count=2))


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A toy language: a folder of tables beside the others, found by its name alone."""
    folder = tmp_path / "de"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        'NAME = "Deutsch"\nSENTENCES = " "\nLIST = ", "\nCLAUSES = "; "\nMORE = " u. a."\n'
        'MARKS = str.maketrans(",.", ".,")\n',
        encoding="utf-8",
    )
    (folder / "language.py").write_text(
        'WORDS = {"example": "{count:,.1f} {count:Rohr|Rohre} ohne Baujahr ({ids:first 2})"}\n', encoding="utf-8"
    )
    monkeypatch.setattr(heatnet.language, "__path__", [*heatnet.language.__path__, str(tmp_path)])
    yield "de"
    words.cache_clear()
    for name in [name for name in sys.modules if name.startswith("heatnet.language.de")]:
        del sys.modules[name]


def test_a_new_language_is_a_folder_of_tables(german):
    assert languages() == ("en", "de", "zh")
    said = note("language.example", count=12345.5, ids=(date(2026, 5, 1), "S2", "S3"))
    assert worded(said, german) == "12.345,5 Rohre ohne Baujahr (2026-05-01, S2 u. a.)"
    assert import_module("heatnet.language.de").NAME == "Deutsch"


def test_clauses_are_parted_where_they_hold_lists() -> None:
    inner = note("language.example", count=1, ids=("S1",))
    line = note("accounts.line", table="visits", rows=2, parts=(inner, inner))
    assert worded(line).count("; ") == 1
    assert worded(line, "zh").count("；") == 1

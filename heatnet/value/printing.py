"""Settings as a commented TOML file, for an office to change; `read_settings` reads it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from heatnet.language import checked_language, words
from heatnet.schema import TABLES
from heatnet.value.reading import settings_data
from heatnet.value.settings import Settings

_SECTIONS = ("values", "prices")
_MAPPINGS = ("headings", "units")


def settings_text(settings: Settings | None = None, language: str = "en") -> str:
    """Return every price, value, rule and heading that is understood as a commented TOML file.

    Parameters
    ----------
    settings : Settings, optional
        What is printed; heatnet's defaults where not given.
    language : str
        Language of the comments.

    Raises
    ------
    HeatnetError
        heatnet does not speak the language.

    Examples
    --------
    >>> print(settings_text()[:163])
    # Settings of heatnet. Lines that are taken out keep heatnet's own defaults.
    <BLANKLINE>
    # First and last day of heating, "MM-DD".
    heating_from = "10-15"
    heating_to = "04-15"
    """
    said = words("settings", checked_language(language))
    data = settings_data(Settings() if settings is None else settings)
    lines = [_comment(said["title"]), ""]
    for field in fields(Settings):
        if field.name not in (*_SECTIONS, *_MAPPINGS):
            lines += _line(field.name, data[field.name], said)
    for section in _SECTIONS:
        lines += ["", _comment(said[section]), f"[{section}]"]
        for name, value in data[section].items():
            lines += _line(name, value, said)
    lines += ["", _comment(said["headings"])]
    for table, spec in TABLES.items():
        lines += ["", f"[headings.{table}]"]
        lines += [f"# {column.name}: {', '.join(column.aliases)}" for column in spec.columns if column.aliases]
        lines += _pairs(data["headings"].get(table, {}))
    lines += ["", _comment(said["units"])]
    for table, inner in data["units"].items():
        lines += ["", f"[units.{table}]", *_pairs(inner)]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return f"# {text}"


def _line(name: str, value: Any, said: Mapping[str, str]) -> list[str]:
    """Return a key with the comment above it; a key without words stands under the comment of the one before."""
    comment = [_comment(said[name])] if name in said else []
    return [*comment, f"{name} = {_toml(value)}"]


def _pairs(mapping: Mapping[str, str]) -> list[str]:
    return [f"{_toml(key)} = {_toml(text)}" for key, text in mapping.items()]


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(part) for part in value)}]"
    return json.dumps(value, ensure_ascii=False)  # texts, numbers and truths are written as in JSON

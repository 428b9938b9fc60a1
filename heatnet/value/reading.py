"""Settings from a TOML file, laid over others key by key."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from heatnet._typed import typed
from heatnet.errors import HeatnetError, MissingFileError
from heatnet.value.checks import nested_texts
from heatnet.value.settings import Prices, Settings, Values

PathLike = str | os.PathLike[str]

AUTO = "auto"  # how TOML, which knows no None, says that heatnet decides
_PARTS = {"values": Values, "prices": Prices}
_MAPPINGS = ("headings", "units")
_MAY_BE_NONE = ("reheat", "cause_error", "capacity")


@typed
def read_settings(path: PathLike, *, base: Settings | None = None) -> Settings:
    r"""Return the settings of a TOML file; what it does not name stays as in `base`.

    `heatnet settings` prints such a file with every key explained. ``reheat`` and ``cause_error`` may be ``false``
    (None), ``capacity`` may be ``"auto"`` (None).

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8.
    base : Settings, optional
        What the file is laid over, key by key; heatnet's defaults where not given.

    Raises
    ------
    HeatnetError
        The file is missing, is no TOML, names something that is no setting, or a value is out of range.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "settings.toml")
    ...     _ = path.write_text('heating_from = "11-15"\n[values]\ncold_hour = 0.5\n')
    ...     settings = read_settings(path)
    >>> settings.heating_from, settings.values.cold_hour, settings.values.no_heat_hour
    ('11-15', 0.5, 3.0)
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise MissingFileError(f"{path}: there is no such settings file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise HeatnetError(f"{path}: cannot be read ({error}); save it as text in UTF-8.") from error
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HeatnetError(f"{path}: is no TOML: {error}.") from error
    try:
        return settings_over(given, Settings() if base is None else base)
    except HeatnetError as error:
        raise HeatnetError(f"{path}: {error}") from error


def settings_over(given: Mapping[str, Any], base: Settings) -> Settings:
    """Return settings with the nested mapping of a TOML file laid over them, key by key.

    Raises
    ------
    HeatnetError
        A key is no setting, or a value is out of range.

    Examples
    --------
    >>> settings_over({"prices": {"job_cost": 0}}, Settings()).prices.job_cost
    0.0
    """
    known = {setting.name for setting in fields(Settings)}
    _refuse_unknown(given, known, "")
    changes: dict[str, Any] = {}
    for key, value in given.items():
        if key in _PARTS:
            changes[key] = _part_over(key, value, getattr(base, key))
        elif key in _MAPPINGS:
            changes[key] = _merged(getattr(base, key), nested_texts(key, value))
        else:
            changes[key] = None if key in _MAY_BE_NONE and _means_none(key, value) else value
    return base.replace(**changes)


def settings_data(settings: Settings) -> dict[str, Any]:
    """Return settings as nested plain data, as JSON and TOML hold it; `settings_over` reads it back.

    Examples
    --------
    >>> settings_over(settings_data(Settings()), Settings()) == Settings()
    True
    """
    return {setting.name: _plain(setting.name, getattr(settings, setting.name)) for setting in fields(settings)}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, (Values, Prices)):
        return {setting.name: _plain(setting.name, getattr(value, setting.name)) for setting in fields(value)}
    if isinstance(value, Mapping):
        return {table: dict(inner) for table, inner in value.items()}
    if value is None:
        return AUTO if name == "capacity" else False
    return list(value) if isinstance(value, tuple) else value


def _means_none(key: str, value: Any) -> bool:
    return value == AUTO if key == "capacity" else value is False


def _part_over(name: str, given: Any, base: Values | Prices) -> Values | Prices:
    if not isinstance(given, Mapping):
        raise HeatnetError(f"{name} is {given!r}: write a section [{name}] with a line for each of its keys.")
    known = {setting.name: getattr(base, setting.name) for setting in fields(base)}
    _refuse_unknown(given, set(known), f" in [{name}]")
    return type(base)(**{**known, **given})


def _merged(base: Mapping[str, Mapping[str, str]], given: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    tables = dict.fromkeys([*base, *given])
    return {table: {**base.get(table, {}), **given.get(table, {})} for table in tables}


def _refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        named = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        raise HeatnetError(f"{len(unknown)} unknown settings{where}: {named}; `heatnet settings` prints all.")

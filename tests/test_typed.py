"""Arguments of a wrong type, and values that no function can use, are refused at the door in plain words."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet._typed import typed
from heatnet.errors import HeatnetError, WrongTypeError


@typed
def door(
    network: "hn.Network",
    table: "pd.DataFrame | None" = None,
    *,
    count: int = 1,
    share: "float | None" = None,
    name: str = "",
    several: "list[hn.Network]" = (),  # type: ignore[assignment]
    anything: Any = None,
    **rest: Any,
) -> str:
    raise AttributeError("something deep within")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"table": pd.DataFrame()},
        {"count": 3, "share": 0.5, "name": "x"},
        {"count": np.int64(3), "share": np.float32(0.5)},
        {"count": 3.0, "share": float("nan")},
        {"several": [hn.examples.line()]},
        {"anything": object(), "more": object()},
    ],
)
def test_where_all_is_of_its_type_the_error_stays_what_it_is(given: dict[str, Any]) -> None:
    with pytest.raises(AttributeError, match="something deep within"):
        door(hn.examples.line(), **given)


def test_a_call_that_no_signature_allows_is_what_python_says() -> None:
    with pytest.raises(TypeError, match="network"):
        door()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"table": "nodes.csv"}, "door: table is 'nodes.csv'; it takes DataFrame or None"),
        ({"count": "3"}, "door: count is '3'; it takes a whole number"),
        ({"count": 1.5}, "door: count is 1.5; it takes a whole number"),
        ({"count": True}, "door: count is True; it takes a whole number"),
        ({"share": 10**30}, "it takes a number or None"),
        ({"name": b"x"}, "it takes a text"),
        ({"several": [1]}, "it takes several Network"),
    ],
)
def test_what_they_do_not_allow_is_refused_by_name(given: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongTypeError) as raised:
        door(hn.examples.line(), **given)
    assert told in str(raised.value)
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, HeatnetError)


@pytest.mark.parametrize(
    "call",
    [
        lambda: hn.supply_loss("city"),  # type: ignore[arg-type]
        lambda: hn.Network("nodes.csv", "segments.csv"),  # type: ignore[arg-type]
        lambda: hn.read_visits("x" * 300),
        lambda: hn.read_network("a\0b"),
        lambda: hn.critical_pairs(hn.examples.line(), top="all"),  # type: ignore[arg-type]
        lambda: hn.plan_cures(pd.DataFrame({"asset_kind": []}), budget="x"),
        lambda: hn.plan_cures(pd.DataFrame({"asset_kind": []}), budget=10**400),
        lambda: hn.assess(hn.examples.line(), season=9999),
        lambda: hn.asset_seasons(hn.examples.line(), None, first_season=1, last_season=2025),
        lambda: hn.synthetic.make_city(length_km=float("inf")),
        lambda: hn.synthetic.make_city(length_km=5, stations=1, last_season=9999),
        lambda: hn.write_inventory({None: pd.DataFrame()}, "nowhere"),  # type: ignore[dict-item]
    ],
)
def test_odd_arguments_of_public_functions_are_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(HeatnetError):
        call()


PUBLIC = [name for name in hn.__all__ if inspect.isfunction(getattr(hn, name))]


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("odd", [object(), "x", 1.5, None, [None]])
def test_no_public_function_fails_over_arguments_of_a_wrong_kind(name: str, odd: Any) -> None:
    if (name, odd) == ("score", "x"):
        return  # an inventory that is not there is a result among others
    function = getattr(hn, name)
    parameters = inspect.signature(function).parameters.values()
    needed = [one for one in parameters if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    subjects = [odd for one in needed if one.kind is not one.KEYWORD_ONLY]
    with pytest.raises(HeatnetError):
        list(function(*subjects, **{one.name: odd for one in needed if one.kind is one.KEYWORD_ONLY}))

"""What a town sets once: prices of cures, what harm is worth, when heating runs; frozen, kept in every result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from heatnet.errors import HeatnetError
from heatnet.season import heating_interval
from heatnet.value.checks import check_numbers, nested_texts, number


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of cures and of finding out, in any one currency (the defaults are yuan).

    The defaults are heatnet's, not yours: a plan made with them says so in `Plan.notes`. `docs/value.md` has the source
    and the range of each.

    Parameters
    ----------
    cost_per_m : tuple of float
        ``(c0, c1)``: renewing a segment costs ``c0 + c1*diameter_mm`` per metre of route.
    job_cost : float
        Cost of opening one trench, once per job.
    station_cost : float
        Cost of renewing one station.
    dig_saving : float
        Share of cures and job cost saved on a street that another utility opens anyway, 0 to 1.
    clean_cost_per_m : float
        Cost of cleaning (flushing) one metre of segment.
    balance_cost : float
        Cost of balancing one station.
    valve_cost : float
        Cost of repairing one valve.
    visit_cost : float
        Cost of one home visit.
    reading_cost : float
        Cost of one reading of a gauge or of a leak detector on one asset.

    Raises
    ------
    HeatnetError
        When a price is negative or not a number, or `dig_saving` lies outside 0 to 1.

    Examples
    --------
    >>> Prices(job_cost=0.0).station_cost
    1200000.0
    """

    cost_per_m: tuple[float, float] = number((900.0, 6.0))
    job_cost: float = number(60000.0)
    station_cost: float = number(1200000.0)
    dig_saving: float = number(0.15, most=1.0)
    clean_cost_per_m: float = number(30.0)
    balance_cost: float = number(3000.0)
    valve_cost: float = number(20000.0)
    visit_cost: float = number(50.0)
    reading_cost: float = number(500.0)

    def __post_init__(self) -> None:
        check_numbers(self)


@dataclass(frozen=True, slots=True)
class Values:
    """What harm costs, and for how long a cure keeps it away.

    All defaults are assumptions for a town in northern China; `docs/value.md` has the source and the range of each.

    Parameters
    ----------
    cold_hour : float
        Money for one household-hour below `Settings.t_cold_c`, whatever the cause.
    no_heat_hour : float
        Money for one household-hour without heat in an outage (refund, complaints, heaters), cold or not.
    repair_cost : tuple of float
        ``(c0, c1)``: the repair of a segment costs ``c0 + c1*diameter_mm``.
    station_repair : float
        Cost of repairing a station.
    heat_gj : float
        Money for one GJ of heat lost.
    new_heat_loss_w_m : tuple of float
        ``(c0, c1)``: one metre of route of a new pair loses ``c0 + c1*diameter_mm`` watts.
    life, station_life : int
        Seasons over which the renewal of a segment, of a station, is worth something.
    discount : float
        What is worth 1 next year is worth ``1/(1 + discount)`` today.
    fault_growth : float
        Growth of the rate of faults from season to season where nothing is done.
    clean_removes : float
        Share of an impairment that cleaning or balancing takes away, 0 to 1.
    renew_removes : float
        Share of an impairment that a renewal takes away, 0 to 1.
    renew_faults : float
        Factor on the faults expected of the new asset.
    usual_deficit : float
        How far a cold room usually lies below `Settings.t_cold_c`, degC.
    uncertain : float
        Nine in ten draws of each value in money lie within this factor of it, up or down (log-normal); 1: not drawn.

    Raises
    ------
    HeatnetError
        When a value is no number or out of range.

    Examples
    --------
    >>> Values().cold_hour, Values(life=40).life
    (0.25, 40)
    """

    cold_hour: float = number(0.25)
    no_heat_hour: float = number(3.0)
    repair_cost: tuple[float, float] = number((15000.0, 100.0))
    station_repair: float = number(15000.0)
    heat_gj: float = number(44.45)
    new_heat_loss_w_m: tuple[float, float] = number((36.0, 0.13))
    life: int = number(30, least=1)
    station_life: int = number(20, least=1)
    discount: float = number(0.04)
    fault_growth: float = number(0.03, above=-1.0)
    clean_removes: float = number(0.5, most=1.0)
    renew_removes: float = number(1.0, most=1.0)
    renew_faults: float = number(1.0)
    usual_deficit: float = number(2.0, above=0.0)
    uncertain: float = number(2.0, least=1.0)

    def __post_init__(self) -> None:
        check_numbers(self)


DEFAULT_VALUES = Values()
DEFAULT_PRICES = Prices()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a town sets once; `read_settings` takes it from a TOML file, every result keeps it.

    Parameters
    ----------
    values : Values
        What harm costs.
    prices : Prices
        What cures cost.
    heating_from, heating_to : str
        First and last day of heating, ``"MM-DD"``.
    t_start_c : float
        Temperature of a home before an outage, degC.
    t_cold_c : float
        Below this a home counts as cold, degC; not above `t_start_c`.
    room_min_c : float
        A visit whose reading lies below this is cold, degC.
    reheat : float, optional
        Heat given after an outage, as a multiple of what the home needs, above 1; None: the recovery is not counted.
    lead_h : float
        Hours of an outage beside the repair: find, isolate, drain, fill.
    norm_share : float
        A home that gets less than this share of its heat in an outage is short, 0 to 1.
    persistence : float
        Probability that an impairment is still there next season, 0 to 1.
    cause_error : float, optional
        Probability that the crew's word for a cause is wrong, above 0 and below 2/3; None: words do not enter.
    capacity : bool, optional
        Whether outages are judged by what pipes and pumps carry; None: where load, area or households are known.
    headings : mapping
        By table: a town's own headings and the columns that they mean.
    units : mapping
        By table: columns and the units in which the town's files give them, against what heatnet would think.

    Raises
    ------
    HeatnetError
        When a value is no number, out of range or contradicts another.

    Examples
    --------
    >>> Settings(heating_from="11-15", heating_to="03-15").values.no_heat_hour
    3.0
    """

    values: Values = DEFAULT_VALUES
    prices: Prices = DEFAULT_PRICES
    heating_from: str = "10-15"
    heating_to: str = "04-15"
    t_start_c: float = number(20.0, least=-50.0, most=60.0)
    t_cold_c: float = number(18.0, least=-50.0, most=60.0)
    room_min_c: float = number(18.0, least=-50.0, most=60.0)
    reheat: float | None = 1.2
    lead_h: float = number(6.0)
    norm_share: float = number(0.85, most=1.0)
    persistence: float = number(0.7, most=1.0)
    cause_error: float | None = 0.2
    capacity: bool | None = None
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_numbers(self)
        for name, kind in (("values", Values), ("prices", Prices)):
            if not isinstance(getattr(self, name), kind):
                raise HeatnetError(f"{name} is {getattr(self, name)!r}: give heatnet.{kind.__name__}(...).")
        _check_days(self.heating_from, self.heating_to)
        if self.t_cold_c > self.t_start_c:
            raise HeatnetError(
                f"t_cold_c {self.t_cold_c:g} lies above t_start_c {self.t_start_c:g}: homes would be cold at all times."
            )
        _check_optional("reheat", self.reheat, 1.0, float("inf"))
        _check_optional("cause_error", self.cause_error, 0.0, 2 / 3)
        if not (self.capacity is None or isinstance(self.capacity, bool)):
            raise HeatnetError(f"capacity is {self.capacity!r}: give True, False or None.")
        object.__setattr__(self, "headings", nested_texts("headings", self.headings))
        object.__setattr__(self, "units", nested_texts("units", self.units))

    def __hash__(self) -> int:
        plain = tuple(getattr(self, one.name) for one in fields(self) if one.name not in ("headings", "units"))
        texts = (frozenset((table, frozenset(inner.items())) for table, inner in mapping.items())
                 for mapping in (self.headings, self.units))  # fmt: skip
        return hash((plain, *texts))

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with these fields changed, those of `values` and `prices` by their own names too.

        Raises
        ------
        HeatnetError
            A name is none of the settings, or a value is out of range.

        Examples
        --------
        >>> Settings().replace(cold_hour=0.5, lead_h=4.0).values.cold_hour
        0.5
        """
        own, values, prices = ({one.name for one in fields(kind)} for kind in (Settings, Values, Prices))
        unknown = sorted(set(changes) - own - values - prices)
        if unknown:
            raise HeatnetError(f"{', '.join(unknown)}: no such setting; `heatnet settings` prints all.")
        parts: dict[str, Any] = {name: given for name, given in changes.items() if name in own}
        for name, known in (("values", values), ("prices", prices)):
            inner = {key: given for key, given in changes.items() if key in known}
            if inner:
                parts[name] = replace(parts.get(name, getattr(self, name)), **inner)
        return replace(self, **parts)


def _check_days(first: Any, last: Any) -> None:
    for name, day in (("heating_from", first), ("heating_to", last)):
        if not isinstance(day, str):
            raise HeatnetError(f"{name} is {day!r}: write it as MM-DD, e.g. 10-15.")
    heating_interval(1999, heating_from=first, heating_to=last)


def _check_optional(name: str, value: Any, above: float, below: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not above < value < below:
        end = f" and below {below:.3g}" if below != float("inf") else ""
        raise HeatnetError(f"{name} is {value!r}: give a number above {above:g}{end}, or None.")

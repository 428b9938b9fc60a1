"""What one summer's model is made for: rules, prices, streets, crews."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from heatnet.planning.model.days import DaySpan
from heatnet.planning.model.shutdowns import Shutdowns
from heatnet.planning.model.streets import StreetRule, StreetRules, street_rules
from heatnet.planning.rules import PlanRules
from heatnet.planning.summer import Summer
from heatnet.value.settings import Prices


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What a summer's model is made for; `crew_days` holds the day from which each crew is free (None = no limit)."""

    rules: PlanRules
    prices: Prices
    streets: StreetRules | None
    crew_days: tuple[int, ...] | None
    shutdowns: Shutdowns

    @property
    def summer(self) -> Summer | None:
        """Working days and crews."""
        return self.rules.summer

    @property
    def setup_days(self) -> int:
        """Days to set up and clear one trench."""
        return 0 if self.rules.summer is None else self.rules.summer.setup_days

    def rule_of(self, street: str | None) -> StreetRule | None:
        """Return when jobs may run on a street; None without a summer."""
        return None if self.streets is None else self.streets.of(street)

    def is_shared(self, street: str | None) -> bool:
        """Return whether another utility opens the street anyway."""
        rule = self.rule_of(street)
        return rule is not None and street is not None and rule.digs is not None

    @property
    def city_bans(self) -> tuple[DaySpan, ...]:
        """Spells on which every street is banned."""
        if self.streets is None or self.summer is None:
            return ()
        edges = [0, *(day for run in self.streets.default.runs for day in run), self.summer.working_days]
        spells = [DaySpan(*edges[one : one + 2]) for one in range(0, len(edges), 2)]
        return tuple(spell for spell in spells if spell.days > 0)


def terms_of(
    table: pd.DataFrame,
    rules: PlanRules,
    prices: Prices,
    *,
    crew_days: tuple[int, ...] | None,
    shut_under_way: tuple[tuple[str, float, int], ...],
) -> Terms:
    """Return terms of one summer for these candidates."""
    summer, streets = rules.summer, None
    if summer is not None:
        streets = street_rules(rules.digs, summer, [one for one in table["street"].unique() if one is not None])
        if crew_days is None and summer.crews is not None:
            crew_days = (0,) * summer.crews
    return Terms(rules, prices, streets, crew_days, Shutdowns(rules.max_households_shut, shut_under_way))

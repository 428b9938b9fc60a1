"""What a page or workbook speaks of: an assessment, a plan made of it, and what is looked up in both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from heatnet._arrays import Objects
from heatnet.assessment.candidates import communities
from heatnet.assessment.results import Assessment
from heatnet.network import Network
from heatnet.planning import Plan
from heatnet.report.map_data import MOST_SEGMENTS
from heatnet.report.places import asset_places
from heatnet.report.privacy import told_reasons
from heatnet.report.programme import Programme, in_working_order, programme
from heatnet.report.words import label
from heatnet.validation.backtesting import Backtest


@dataclass(frozen=True, eq=False)
class Subject:
    """An assessment and a plan in one language.

    Attributes
    ----------
    assessment : Assessment
        What was ranked.
    plan : Plan
        What was chosen.
    language : str
        One of `heatnet.language.languages`.
    accounts : DataFrame
        What became of the rows of each table.
    backtest : Backtest, optional
        How past seasons would have been forecast.
    """

    assessment: Assessment
    plan: Plan
    language: str
    accounts: pd.DataFrame
    backtest: Backtest | None = None

    @property
    def network(self) -> Network:
        """The network, its rows by id: a page does not depend on their order."""
        return self.assessment.network.in_id_order

    @property
    def ranking(self) -> pd.DataFrame:
        """The ranking, best cure first."""
        return self.assessment.ranking

    @cached_property
    def programme(self) -> Programme:
        """The programme of works."""
        return programme(
            self.assessment, self.plan, language=self.language, accounts=self.accounts, measure=self.measure_first
        )

    @cached_property
    def in_order(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Jobs and cures in the order of the work."""
        return in_working_order(self.plan, self.ranking)

    @property
    def jobs(self) -> pd.DataFrame:
        """Jobs in the order of the work."""
        return self.in_order[0]

    @property
    def cures(self) -> pd.DataFrame:
        """Cures in the order of the work."""
        return self.in_order[1]

    @cached_property
    def told(self) -> pd.Series[Any] | None:
        """The reason of every asset, as it may go round; None of a network so large that few of them are shown."""
        few = len(self.ranking) > 2 * MOST_SEGMENTS
        return None if few else told_reasons(self.assessment, self.ranking.index, self.language)

    def reasons(self, ids: pd.Index[Any]) -> pd.Series[Any]:
        """Return the reasons of assets, as they may go round."""
        return told_reasons(self.assessment, ids, self.language) if self.told is None else self.told.loc[ids]

    @cached_property
    def measure_first(self) -> pd.DataFrame:
        """Where to measure before digging, in the reader's language."""
        return replace(self.assessment, language=self.language).measure_first

    @cached_property
    def places(self) -> pd.Series[Any]:
        """What people call each asset: the street of a segment, the name of a station."""
        return asset_places(self.network, self.language)

    @cached_property
    def communities(self) -> Objects:
        """The community of each asset, in the order of the network; None: none."""
        return communities(self.network)

    def label(self, key: str, /, **values: object) -> str:
        """Return a label in the reader's language."""
        return label(key, self.language, **values)

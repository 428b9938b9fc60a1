"""What the visits of one season say about the assets, as tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from heatnet.location.evidence import CallsMode
from heatnet.network import Network

EFFECT_COLUMNS = ("assets", "expected", "found", "factor")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Location:
    """What the visits of one season say about the assets.

    Parameters
    ----------
    assets : DataFrame
        Index ``asset_id`` (segments, then stations, in table order). ``impaired_prob``: probability that the asset was
        impaired, given the visits; ``visits`` and ``cold_visits``: visits at buildings whose path holds it (with
        ``calls="households"`` cold calls are among them); ``ambiguity_group``: the smallest id among the assets that no
        observation can tell apart, missing where no observed building hangs; ``group_prob``: probability that at least
        one of the group was impaired.
    buildings : DataFrame
        Index ``building_id``. ``impaired_prob``: probability that the building itself (riser, balance, envelope) was
        impaired; ``path_prob``: that anything on its path or the building itself was, missing where no path reaches it;
        ``visits``, ``cold_visits``; ``calls``: cold calls among them that were counted against households.
    p_clear, p_impaired, p_double : float
        Probability that a visit is cold where nothing, one thing, or more on the path is impaired: as given or as
        learned. Without a dose the last two are equal.
    c_clear, c_impaired, c_double : float
        Cold calls per household and season in the same cases; NaN where calls were not counted against households.
    season : int
        The season of the visits.
    calls : str
        ``visits`` or ``households``.
    prior : Series
        By ``asset_id``: probability before any visit.
    building_prior : float
        The same for each building itself.
    network : Network
        The network.
    dose : bool
        Whether two or more impaired things were told from one.
    cause_error : float or None
        Probability that a crew's word names a wrong cause; None: words did not count.
    reading_means_c : tuple of float or None
        Mean room temperature where nothing, one thing, or more on the path is impaired; None: readings did not count.
    reading_scale_c : float or None
        Scale of the logistic distribution around it.
    learned : DataFrame or None
        What the prior was learned from; `effects` returns it.
    """

    assets: pd.DataFrame
    buildings: pd.DataFrame
    p_clear: float
    p_impaired: float
    c_clear: float
    c_impaired: float
    season: int
    calls: CallsMode
    prior: pd.Series[Any]
    building_prior: float
    network: Network
    p_double: float = float("nan")
    c_double: float = float("nan")
    dose: bool = False
    cause_error: float | None = None
    reading_means_c: tuple[float, float, float] | None = None
    reading_scale_c: float | None = None
    learned: pd.DataFrame | None = None

    def in_order_of(self, network: Network) -> Location:
        """Return the same with the rows in the order of this network's tables."""
        if network is self.network:
            return self
        return replace(
            self,
            assets=network.in_table_order(self.assets),
            buildings=network.in_table_order(self.buildings),
            prior=network.in_table_order(self.prior),
            network=network,
        )

    def effects(self) -> pd.DataFrame:
        """Return what the prior learned from the network's own winters, one row per class of assets.

        Returns
        -------
        DataFrame
            Index ``attribute``, ``value`` (the first row: all assets). ``assets``; ``expected``: assets falling ill in
            all winters by `default_prior`; ``found``: by what the visits said; ``factor``: by which the class differs
            from the default (first row), or from what the other attributes say (the others). Of a large network they
            are those of the neighbourhoods that are learned from (`heatnet.location.samples`). Empty where the prior
            was given.
        """
        if self.learned is None:
            index = pd.MultiIndex.from_arrays([[], []], names=["attribute", "value"])
            return pd.DataFrame({name: pd.Series(dtype=float) for name in EFFECT_COLUMNS}).set_index(index)
        return self.learned.copy()

    def __repr__(self) -> str:
        return (
            f"Location(season {self.season}, {int(self.buildings['visits'].sum())} visits, "
            f"p_clear {self.p_clear:.3f}, p_impaired {self.p_impaired:.3f})"
        )

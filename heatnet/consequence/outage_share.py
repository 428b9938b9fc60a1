"""How many faults are winter outages: the share of faults that cut homes off while heating runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln

from heatnet._arrays import Floats, Truths
from heatnet.consequence.classes import asset_classes
from heatnet.language import Note, note
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability import outages
from heatnet.schema import FAULTS, conform
from heatnet.season import is_heating

# Assumed where nothing is recorded: half of all faults are found while heating runs, one in ten of those cuts homes
# off. Mosenergo counted about 1,300 winter defects in a season and 16 forced immediate shutdowns in a neighbouring one
# (1 in 80); smaller networks have fewer second ways.
DEFAULT_HEATING_SHARE = 0.5
DEFAULT_CUT_SHARE = 0.1
DEFAULT_OUTAGE_SHARE = DEFAULT_HEATING_SHARE * DEFAULT_CUT_SHARE

# Weights of the city's share against a class, in faults; tried from full pooling downwards.
_STRENGTHS = np.logspace(3.0, 0.0, 31)


@dataclass(frozen=True, slots=True, eq=False)
class OutageShare:
    """Return the share of faults that cut homes off while heating runs.

    Attributes
    ----------
    by_asset : Series
        Index asset_id: the share, 0 to 1.
    overall : float
        The share of the whole network, to which the classes are shrunk.
    basis : str
        ``records``, ``upper bound`` (no outage hours recorded: every fault dated in heating time counts as an outage)
        or ``assumption`` (no faults at all).
    classes : DataFrame
        Index class: ``faults``, ``in_heating`` (dated in heating time, not found by a test), ``known`` (of those, with
        `outage_h`), ``outages`` (of those, above 0 h), ``outage_share``.
    faults, set_aside : int
        Faults used; faults left out because they name no asset of the network.
    """

    by_asset: pd.Series[Any]
    overall: float
    basis: str
    classes: pd.DataFrame
    faults: int
    set_aside: int

    @property
    def note(self) -> Note:
        """What to say beside results that rest on the share."""
        if self.basis == "assumption":
            return note("consequence.share_assumed", share=self.overall)
        if self.basis == "upper bound":
            return note("consequence.share_upper_bound", share=self.overall, faults=self.faults)
        return note("consequence.share_learned", share=self.overall, faults=self.faults)


@computed_in_id_order
def outage_share(
    network: Network,
    faults: pd.DataFrame | None,
    *,
    takes_away: pd.Series[bool] | None = None,
    heating_from: str = "10-15",
    heating_to: str = "04-15",
) -> OutageShare:
    """Return the share of faults that cut homes off while heating runs, per asset, shrunk by level and diameter class.

    The product of two shares: of all faults, those dated in heating time and not found by a test; of these, as far as
    `outage_h` is recorded, those with `outage_h` above 0. So a fault whose outage was not noted neither counts as an
    outage nor as none. Each share is Beta-binomial: the class's faults, and the network's share with a weight (1 to
    1000 faults) that makes the classes' counts most probable. The network's shares start from 0.5 and 0.1 with the
    weight of one fault.

    Only faults of assets whose outage takes something away teach it: where heat comes by another way nobody is cut off
    whatever the fault, and the loss of such an outage, which the share multiplies, is 0 already. Where no such asset
    had a fault all faults teach it.

    Without a single recorded `outage_h` in heating time the share of faults dated in heating time (and not found by a
    test) stands for all assets, an upper bound. Without faults it is 0.05, an assumption.

    Parameters
    ----------
    network : Network
        The network.
    faults : DataFrame or None
        Table of faults; rows that name no asset of the network are set aside and counted.
    takes_away : Series of bool, optional
        By asset_id: whether its outage takes something away; None: whether it cuts a building off.
    heating_from, heating_to : str
        First and last day of heating, ``"MM-DD"``.

    Raises
    ------
    HeatnetError
        When the table of faults cannot be used.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [50], "diameter_mm": [100]}
    ... )
    >>> faults = pd.DataFrame({"fault_id": ["1", "2"], "asset_id": "S", "found_on": ["2021-01-01", "2021-07-01"]})
    >>> share = outage_share(Network(nodes, segments), faults)
    >>> share.overall, share.basis
    (0.5, 'upper bound')
    """
    codes, labels = asset_classes(network, by_level=True)
    counts, set_aside = _counts(network, faults, takes_away, codes, len(labels), heating_from, heating_to)
    n_faults, n_heating, n_known, n_outages = (counts[name].to_numpy(dtype=np.float64) for name in counts.columns)
    if not n_faults.sum():
        basis, overall = "assumption", DEFAULT_OUTAGE_SHARE
        shares = np.full(len(labels), overall)
    elif not n_known.sum():
        basis, overall = "upper bound", float(n_heating.sum() / n_faults.sum())
        shares = np.full(len(labels), overall)
    else:
        basis = "records"
        heating, of_heating = _shrunk_shares(n_heating, n_faults, DEFAULT_HEATING_SHARE)
        cut, of_cut = _shrunk_shares(n_outages, n_known, DEFAULT_CUT_SHARE)
        shares, overall = heating * cut, of_heating * of_cut
    classes = counts.assign(outage_share=shares).set_axis(pd.Index(labels, name="class"))
    by_asset = pd.Series(shares[codes], index=network.asset_ids, name="outage_share")
    return OutageShare(by_asset, overall, basis, classes, int(n_faults.sum()), set_aside)


def _counts(
    network: Network,
    faults: pd.DataFrame | None,
    takes_away: pd.Series[bool] | None,
    codes: npt.NDArray[np.int64],
    n_classes: int,
    heating_from: str,
    heating_to: str,
) -> tuple[pd.DataFrame, int]:
    """Return faults of each class by what is known of them, and how many were set aside."""
    if faults is None:
        return pd.DataFrame(0, index=range(n_classes), columns=["faults", "in_heating", "known", "outages"]), 0
    records = conform(faults, FAULTS)
    assets = network.asset_positions(records["asset_id"])
    named = assets >= 0
    used = named & _takes_away(network, takes_away)[assets]
    if not used.any():
        used = named
    classes = codes[assets[used]]
    hours = records["outage_h"].to_numpy(dtype=np.float64)[used]
    in_heating = (
        is_heating(records["found_on"], heating_from=heating_from, heating_to=heating_to)
        & (records["found_by"] != "test").to_numpy(dtype=bool)
    )[used]
    is_known = in_heating & ~np.isnan(hours)
    chosen = {"faults": np.ones(len(hours), dtype=bool), "in_heating": in_heating, "known": is_known}
    chosen["outages"] = is_known & (hours > 0)
    counts = {name: np.bincount(classes[rows], minlength=n_classes) for name, rows in chosen.items()}
    return pd.DataFrame(counts), int((~named).sum())


def _takes_away(network: Network, given: pd.Series[bool] | None) -> Truths:
    """Return whether the outage of each asset takes something away: as given, else whether it cuts a building off."""
    if given is not None:
        return given.reindex(network.asset_ids).to_numpy(dtype=bool)
    is_building = np.zeros(network.n_nodes)
    is_building[network.building_nodes] = 1.0
    return outages(network).lost(is_building) > 0


def _shrunk_shares(successes: Floats, trials: Floats, default: float) -> tuple[Floats, float]:
    """Return shares of the classes, shrunk towards the overall share, and the overall share."""
    overall = float((successes.sum() + default) / (trials.sum() + 1.0))
    a, b = _STRENGTHS[:, None] * overall, _STRENGTHS[:, None] * (1.0 - overall)
    fit = (betaln(successes + a, trials - successes + b) - betaln(a, b)).sum(axis=1)
    strength = _STRENGTHS[int(np.argmax(fit))]
    return (successes + strength * overall) / (trials + strength), overall

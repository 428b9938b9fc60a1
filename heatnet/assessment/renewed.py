"""Pipes that works have renewed while their row in the table of segments still tells of the old pipe."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.history.exposure import History
from heatnet.language import Note, note
from heatnet.network import Network

_MOST_OF_IT = 0.5


def is_old_row(network: Network, history: History) -> Truths:
    """Return, by segment, whether most of it was renewed after the year in which its row says that it was laid.

    What was measured on such a pipe, such as its heat loss, tells of the old one. A row without a laying year is taken
    for that of the old pipe too: had it been measured since, a new pipe's loss would be worth nothing either.
    """
    renewals = history.renewals
    place = history.network.assets_by_id[renewals["asset"].to_numpy(dtype=np.int64)]
    share = np.bincount(place, weights=renewals["share"].to_numpy(dtype=np.float64), minlength=network.n_assets)
    renewed: Truths = share[: network.n_segments] >= _MOST_OF_IT
    return renewed


def old_row_notes(network: Network, told: pd.DataFrame) -> tuple[Note, ...]:
    """Return what to say of measured heat losses that are those of old pipes; nothing where there are none.

    Parameters
    ----------
    network : Network
        Its rows hold what was measured.
    told : DataFrame
        ``heat_loss_w_m`` of the assets in its order, missing where it is that of an old pipe (`told_of_assets`).
    """
    measured = network.segments["heat_loss_w_m"].notna().to_numpy(dtype=bool)
    counts = told["heat_loss_w_m"].notna().to_numpy(dtype=bool)[: network.n_segments]
    ids = network.segment_ids[measured & ~counts]
    if not len(ids):
        return ()
    return (note("assessment.heat_loss_of_old_pipe", count=len(ids), ids=tuple(ids.astype(str))),)

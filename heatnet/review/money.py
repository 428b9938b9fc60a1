"""What cures were thought to be worth beside what they turned out to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet.review.ratios import Ratio
from heatnet.value import Values
from heatnet.value.risk import require_columns
from heatnet.value.worth import avoided_share

RANKING_COLUMNS = ("faults_mean", "faults_after", "worth_faults", "worth_heat", "worth_cold")
_COLUMNS = ("cures", "foreseen", "seen", "low", "high")


def worth_seen(
    ranking: pd.DataFrame,
    cured: Mapping[str, Sequence[str]],
    left: Mapping[tuple[str, str], Ratio],
    values: Values,
) -> pd.DataFrame:
    """Return the worth foreseen and the worth seen of each measure, in money.

    With ``F`` the worth of a life without any fault, ``C`` that of one without illness and ``H`` that of less heat
    lost, a renewal was thought worth ``F*(1 - after/faults_mean) + H + renew_removes*C``; it was worth ``F*(1 -
    r_faults) + H + C*(1 - r_impaired)``, r what it left. A cleaning or a balancing was thought worth
    ``clean_removes*C``; it was worth ``C*(1 - r_impaired)``.

    Parameters
    ----------
    ranking : DataFrame
        Index asset_id: `RANKING_COLUMNS` of the assessment before the works.
    cured : mapping
        Per measure: the assets treated; those that the ranking does not know are left out.
    left : mapping
        By measure and outcome: what the cures left.
    values : Values
        The values of that assessment.

    Returns
    -------
    DataFrame
        Index measure (renewal, cleaning, balancing): ``cures`` (found in the ranking), ``foreseen``, ``seen``, ``low``
        and ``high`` (what is left of faults and of illness both at their worst, both at their best). NaN and infinite
        where nothing can be told.

    Raises
    ------
    HeatnetError
        A column is missing.
    """
    require_columns(ranking, RANKING_COLUMNS)
    rows = {}
    for measure in ("renewal", "cleaning", "balancing"):
        found = ranking.reindex(sorted(set(cured[measure]) & set(ranking.index)))
        number = {name: found[name].to_numpy(dtype=np.float64) for name in RANKING_COLUMNS}
        cold = float(number["worth_cold"].sum()) / values.renew_removes if values.renew_removes > 0.0 else 0.0
        ill = left[measure, "impaired"]
        if measure != "renewal":
            seen = [_kept(cold, ratio) for ratio in (ill.ratio, ill.high, ill.low)]
            rows[measure] = (len(found), values.clean_removes * cold, *seen)
            continue
        avoided = avoided_share(number["faults_mean"], number["faults_after"], values.renew_faults)
        faults, of_faults = _whole(number["worth_faults"], avoided), left[measure, "faults"]
        heat = float(number["worth_heat"].sum())
        seen = [
            _kept(faults, of_faults.ratio) + heat + _kept(cold, ill.ratio),
            _kept(faults, of_faults.high) + heat + _kept(cold, ill.high),
            _kept(faults, of_faults.low) + heat + _kept(cold, ill.low),
        ]
        foreseen = sum(float(number[name].sum()) for name in ("worth_faults", "worth_heat", "worth_cold"))
        rows[measure] = (len(found), foreseen, *seen)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS))
    return table.rename_axis(index="measure")


def _whole(worth: Floats, avoided: Floats) -> float:
    """Return what it would be worth to avoid everything, of assets of whose faults anything was to be avoided."""
    return float(np.divide(worth, avoided, out=np.zeros(len(worth)), where=avoided > 0.0).sum())


def _kept(whole: float, left: float) -> float:
    """Return the worth of what was taken away; nothing can be lost of nothing."""
    return whole * (1.0 - left) if whole else 0.0

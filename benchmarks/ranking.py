"""How much of next season's cold the ranking finds, on sample cities whose truth is known.

For each city the records until the coming season's start are assessed; the truth's cold household-hours of the coming
season (expected outages plus true impairments) then say how much of them lies in the best 2.4 % of route length, for
heatnet and for what offices use today. Run: python -m benchmarks.ranking [cities] [km] [stations].
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import heatnet as hn
from heatnet.consequence import heating_hours
from heatnet.consequence.climate import default_climate

SEASON = 2026
SHARES = (0.01, 0.024, 0.05, 0.10)


def true_hours(city: hn.synthetic.City, assessment: hn.Assessment) -> pd.Series:
    """Cold household-hours of the coming season by asset, from the truth."""
    truth = city.truth
    per_outage = hn.cold_hours(city.network, climate=default_climate())["cold_household_hours"]
    outage_share = assessment.ranking["outage_share"].reindex(per_outage.index)
    outages = truth.fault_rate[SEASON] * outage_share * per_outage
    cold_share = truth.p_impaired - truth.p_clear
    chronic = truth.is_impaired[SEASON] * truth.households_behind * cold_share * heating_hours(SEASON)
    return outages + chronic


def rankings(city: hn.synthetic.City, assessment: hn.Assessment) -> dict[str, pd.Series]:
    """Scores by segment, the higher the earlier it is cured; all per metre but age and random."""
    told = assessment.ranking
    length = told["length_m"]
    return {
        "heatnet, per metre": told["cold_household_hours"] / length,
        "heatnet, as ranked": told["cold_household_hours"],
        "age": SEASON - told["laid_year"].fillna(told["laid_year"].mean()),
        "past faults per metre": told["past_faults"] / length,
        "past faults": told["past_faults"],
        "cold visits behind": told["cold_visits"],
        "cold visits behind per metre": told["cold_visits"] / length,
        "share of cold visits": (told["cold_visits"] / told["visits"].replace(0, np.nan)).fillna(0.0),
        "random": pd.Series(np.random.default_rng(1).random(len(told)), index=told.index),
    }


def captured(score: pd.Series, hours: pd.Series, length: pd.Series) -> list[float]:
    """Share of the hours in the best shares of length; the asset that crosses the limit counts in part."""
    order = score.sample(frac=1, random_state=0).sort_values(ascending=False, kind="stable").index
    along = np.concatenate([[0.0], length[order].cumsum() / length.sum()])
    found = np.concatenate([[0.0], hours[order].cumsum() / hours.sum()])
    return [float(np.interp(share, along, found)) for share in SHARES]


def main() -> None:
    """Print the table of mean and standard error over the cities."""
    cities, km, stations = (int(word) for word in (sys.argv[1:] + ["10", "400", "18"][len(sys.argv) - 1 :]))
    rows = []
    for seed in range(cities):
        city = hn.synthetic.make_city(length_km=km, stations=stations, rng=seed)
        records = {name: getattr(city, name) for name in ("visits", "faults", "works", "makeup")}
        assessment = hn.assess(city.network, season=SEASON, **records)
        segments = assessment.ranking.index[assessment.ranking["asset_kind"] == "segment"]
        hours, length = true_hours(city, assessment)[segments], assessment.ranking.loc[segments, "length_m"]
        scores = {
            **rankings(city, assessment),
            "oracle": hours.reindex(assessment.ranking.index) / assessment.ranking["length_m"],
        }
        for name, score in scores.items():
            rows += [
                (name, seed, share, found)
                for share, found in zip(SHARES, captured(score[segments], hours, length), strict=True)
            ]
    table = pd.DataFrame(rows, columns=["ranking", "city", "share", "found"])
    summary = table.groupby(["ranking", "share"], sort=False)["found"].agg(["mean", "sem"]).unstack("share")
    print(f"{cities} cities of {km} km and {stations} stations; share of the truth's cold household-hours found")
    print(
        pd.DataFrame(
            {
                f"{s:.1%}": [
                    f"{summary.loc[n, ('mean', s)]:.3f} +- {summary.loc[n, ('sem', s)]:.3f}" for n in summary.index
                ]
                for s in SHARES
            },
            index=summary.index,
        ).to_string()
    )


if __name__ == "__main__":
    main()

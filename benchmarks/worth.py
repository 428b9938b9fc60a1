"""How much of the truly avoidable harm, in money, the plan takes away, on sample cities whose truth is known.

For each city the records until the coming season are assessed. What a renewal of each segment truly avoids over its
life follows from the truth by the formulas of `heatnet.value`: its true rate of faults, the true hours until heat is
back, who is truly cold next season and by how much, and the true heat loss. Every rule renews the same 2.4 % of the
route length; its share is what it avoids over what one avoids who knows the whole truth. *Knows rates and last winter*
knows the true rates and who was ill last winter, but not who falls ill before the next. Stations are left out: they
have no length.

Run: python -m benchmarks.worth [cities] [km] [stations] [recipe] [first seed].
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import heatnet as hn
from heatnet.consequence import Homes, heating_hours, hours_of_outages, time_constants
from heatnet.consequence.climate import default_climate
from heatnet.reachability import outages
from heatnet.synthetic import City, ground, make_city
from heatnet.value.risk import risk_parts
from heatnet.value.worth import worth_parts

SEASON = 2026
SHARE = 0.024
VALUES = (
    "cold_hour",
    "no_heat_hour",
    "repair_cost",
    "heat_gj",
    "new_heat_loss_w_m",
    "fault_growth",
    "discount",
    "renew_faults",
)
WHOLE = ("life",)
PARTS = ("worth_faults", "worth_heat", "worth_cold")
# Heat is lost everywhere and measured almost nowhere: what cannot be known is counted, and also left out.
HARMS = {"all parts": PARTS, "without heat": ("worth_faults", "worth_cold")}


def true_worth(city: City, assessment: hn.Assessment, *, ill_in: int = SEASON) -> pd.DataFrame:
    """Worth of each renewal from the truth; `ill_in`: the season whose illness counts."""
    truth, network = city.truth, assessment.network
    ids, settings = network.asset_ids, assessment.settings
    rate = truth.fault_rate[SEASON].reindex(ids)
    households = truth.households.reindex(network.node_ids).fillna(0.0).to_numpy()
    lasts = truth.outage_h.reindex(ids).to_numpy()
    cold, without = hours_of_outages(
        outages(network), households, lasts, time_constants(network), Homes(default_climate())
    )
    hours = heating_hours(SEASON)
    behind = truth.households_behind.reindex(ids) * (truth.p_impaired - truth.p_clear)
    table = assessment.ranking.reindex(ids)[["asset_kind", "length_m", "diameter_mm"]].assign(
        heat_loss_w_m=truth.heat_loss_w_m.reindex(ids),
        faults_mean=rate,
        faults_after=_rate_when_new(network, rate),
        outage_hours=rate * truth.outage_share * cold,
        no_heat_hours=rate * truth.outage_share * without,
        chronic_hours=truth.is_impaired[ill_in].reindex(ids).astype(float) * behind * hours,
        severity=truth.deficit_k.reindex(ids) / settings.values.usual_deficit,
        stay=settings.persistence,
    )
    table = table.join(risk_parts(table, settings.values, heating_h=hours))
    return table[["asset_kind", "length_m"]].join(worth_parts(table, settings.values, settings.prices))


def _rate_when_new(network: hn.Network, rate: pd.Series) -> pd.Series:
    """True faults a season of each segment laid anew, by the law with which the city was drawn, as `faults_after` is.

    Ground, length and frailty stay; material, insulation, laying and age are those of a new pipe.
    """
    segments = network.segments.set_index("segment_id")
    made = pd.Series(1.0, index=segments.index)
    for column, words, factors in (
        ("material", ground.MATERIALS, ground._MATERIAL_FACTOR),
        ("insulation", ground.INSULATIONS, ground._INSULATION_FACTOR),
        ("laying", ground.LAYINGS, ground._LAYING_FACTOR),
    ):
        made *= segments[column].map(dict(zip(words, factors, strict=True))).astype(float).fillna(1.0)
    age = SEASON + 0.5 - segments["laid_year"].astype(float)
    now = made * ground._age_factor(age.fillna(age.median()).to_numpy())
    values = hn.Values()
    ages = np.arange(values.life)
    new = float((ground._age_factor(ages + 0.5) / (1.0 + values.fault_growth) ** ages).mean())
    return (rate * (new / now).reindex(rate.index)).fillna(rate)


def scores(assessment: hn.Assessment, truly: pd.DataFrame) -> dict[str, pd.Series]:
    """What each rule ranks by, per metre but for age and random: it is the kilometres that are the same for all."""
    told = assessment.ranking.reindex(truly.index)
    length = told["length_m"]
    return {
        "heatnet, worth per metre": told["worth"] / length,
        "cold visits per metre": told["cold_visits"] / length,
        "expected faults per metre": told["faults_mean"] / length,
        "past faults per metre": told["past_faults"] / length,
        "age": SEASON - told["laid_year"].fillna(told["laid_year"].mean()),
        "random": pd.Series(np.random.default_rng(1).random(len(told)), index=told.index),
    }


def taken(score: pd.Series, worth: pd.Series, length: pd.Series) -> float:
    """Worth of the best segments up to the share of length; the one that crosses the limit counts in part."""
    order = np.lexsort((score.index.to_numpy(dtype=str), -score.to_numpy()))
    along = np.concatenate([[0.0], length.to_numpy()[order].cumsum()])
    found = np.concatenate([[0.0], worth.to_numpy()[order].cumsum()])
    return float(np.interp(SHARE * along[-1], along, found))


def planned(assessment: hn.Assessment, km: float) -> dict[str, pd.DataFrame]:
    """What the planner cures within the kilometres, trenches and all: by worth alone, and as a user asks.

    A user hands the assessment itself: flushing and balancing stand beside renewing, and nothing is dug that returns
    less than digging anywhere. What is flushed is left out of the harm taken away, and counted in a row of its own.
    """
    renewals = assessment.candidates(measures=["renew"])
    alone = hn.plan_cures(renewals, max_km=km, max_stations=0, min_ratio=0).cures
    asked = hn.plan_cures(assessment, max_km=km, max_stations=0).cures
    return {
        "heatnet, the plan": alone,
        "heatnet, as users plan": asked[asked["measure"] == "renew"],
        "heatnet, as users plan, flushing counted": asked,
    }


def removed(cures: pd.DataFrame, truly: pd.DataFrame, parts: tuple[str, ...], clean_removes: float) -> float:
    """Harm that cures take away: renewals all of these parts, flushing its share of the cold."""
    renewed = cures.index[cures["measure"] == "renew"]
    flushed = cures.index[cures["measure"] == "clean"]
    whole = truly[[*parts]].sum(axis=1)
    return float(whole.reindex(renewed).sum() + clean_removes * truly["worth_cold"].reindex(flushed).sum())


def shifted(assessment: hn.Assessment) -> dict[str, hn.Settings]:
    """The settings with each value halved and doubled."""
    values, found = assessment.settings.values, {}
    for name in (*VALUES, *WHOLE):
        for factor in (0.5, 2.0):
            old = getattr(values, name)
            new = tuple(factor * part for part in old) if isinstance(old, tuple) else factor * old
            changed = {name: int(new) if name in WHOLE else new}
            found[f"{name} x {factor:g}"] = assessment.settings.replace(**changed)
    return found


def of_city(seed: int, km: float, stations: int, recipe: int) -> tuple[pd.Series, pd.DataFrame]:
    """Shares of the all-knowing by rule, and what halving and doubling each value does to the list."""
    city = make_city(length_km=km, stations=stations, rng=seed, recipe=recipe)
    records = {name: getattr(city, name) for name in ("visits", "faults", "works", "makeup")}
    assessment = hn.assess(city.network, season=SEASON, **records)
    truly, knowing = true_worth(city, assessment), true_worth(city, assessment, ill_in=SEASON - 1)
    pipes = truly.index[truly["asset_kind"] == "segment"]
    truly, knowing = truly.loc[pipes], knowing.loc[pipes]
    length = truly["length_m"]
    rules = scores(assessment, truly)
    plans = planned(assessment, SHARE * length.sum() / 1000.0)
    shares = {}
    for harm, parts in HARMS.items():
        worth = truly[[*parts]].sum(axis=1)
        rules["all-knowing"], rules["knows rates and last winter"] = (
            worth / length,
            knowing[[*parts]].sum(axis=1) / length,
        )
        best = taken(rules["all-knowing"], worth, length)
        shares |= {(harm, name): taken(score, worth, length) / best for name, score in rules.items()}
        flushed = assessment.settings.values.clean_removes
        shares |= {(harm, name): removed(plan, truly, parts, flushed) / best for name, plan in plans.items()}
        shares |= {("cost of it, million", name): float(plan["cost"].sum()) / 1e6 for name, plan in plans.items()}
        shares[harm, "of all harm, all-knowing"] = best / worth.sum()
    known = truly[[*PARTS]].sum() / truly["worth"].sum()
    shares |= {("part of all harm", name): share for name, share in known.items()}
    told = assessment.ranking.reindex(pipes)
    worth = truly["worth"]
    return pd.Series(shares), _moved(assessment, told, worth, taken(worth / length, worth, length))


def _moved(assessment: hn.Assessment, told: pd.DataFrame, worth: pd.Series, best: float) -> pd.DataFrame:
    """Share of the list that stays, of the harm it takes, and of each part in its worth, by changed value."""
    columns = [name for name in told.columns if name not in worth_parts_columns()]
    first, rows = _chosen(told["worth"] / told["length_m"], told["length_m"]), {}
    for name, settings in {"as it is": assessment.settings, **shifted(assessment)}.items():
        table = told[columns]
        table = table.join(risk_parts(table, settings.values, heating_h=heating_hours(SEASON)))
        valued = worth_parts(table, settings.values, settings.prices)
        chosen = _chosen(valued["worth"] / told["length_m"], told["length_m"])
        stays = told.loc[first.intersection(chosen), "length_m"].sum() / told.loc[first, "length_m"].sum()
        parts = valued.loc[chosen, [*PARTS]].sum() / valued.loc[chosen, "worth"].sum()
        rows[name] = {"stays": stays, "taken": worth.reindex(chosen).sum() / best, **parts}
    return pd.DataFrame.from_dict(rows, orient="index")


def worth_parts_columns() -> set[str]:
    """Columns that follow from values and prices."""
    return {"risk", "repair_risk", "outage_risk", "cold_risk", "heat_risk", "worth", "worth_faults", "worth_heat",
            "worth_cold", "cost", "ratio", "ratio_alone"}  # fmt: skip


def _chosen(score: pd.Series, length: pd.Series) -> pd.Index:
    order = np.lexsort((score.index.to_numpy(dtype=str), -score.to_numpy()))
    return score.index[order][np.cumsum(length.to_numpy()[order]) <= SHARE * length.sum()]


def main() -> None:
    """Print each city and the mean and standard error over the cities."""
    asked = sys.argv[1:] + ["10", "400", "18", "2", "100"][len(sys.argv) - 1 :]
    cities, km, stations, recipe, seed = (int(word) for word in asked)
    found, moved = [], []
    for number in range(seed, seed + cities):
        shares, by_value = of_city(number, km, stations, recipe)
        found.append(shares.rename(number))
        moved.append(by_value)
        print(f"city {number}:\n{shares.round(3).unstack(0).to_string()}", flush=True)
    table = pd.concat(found, axis=1)
    print(f"\n{cities} cities of {km} km, recipe {recipe}: harm taken away on {SHARE:.1%}, all-knowing = 1")
    print(pd.DataFrame({"mean": table.mean(axis=1), "standard error": table.sem(axis=1)}).round(3).to_string())
    print("\nEach value halved and doubled: share of the list that stays, harm taken, parts of the list's worth")
    print((sum(moved) / len(moved)).round(3).to_string())


if __name__ == "__main__":
    main()

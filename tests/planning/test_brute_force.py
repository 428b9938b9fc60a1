"""Plans of tiny programmes against brute force with an exact calendar."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.planning import Prices, Summer, check_plan, plan_cures

PRICES = Prices(cost_per_m=(100.0, 1.0), job_cost=9000.0, station_cost=40000.0, dig_saving=0.25)


def tiny_case(seed, *, harder=False):
    """Candidates and rules small enough to try everything."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(int(rng.integers(2, 8 if not harder else 7))):
        street = [None, "Ash", "Birch", "Cedar"][int(rng.integers(0, 4))]
        ends = rng.choice(list("abcde"), 2, replace=False)
        rows.append(
            {
                "asset_id": f"p{number}",
                "asset_kind": "segment",
                "cold_household_hours": float(rng.integers(0, 60)),
                "length_m": float(rng.integers(10, 160)),
                "diameter_mm": float(rng.choice([100, 200, 400])),
                "from_node": ends[0],
                "to_node": ends[1],
                "street": street,
                "community": str(rng.choice(["north", "south"])),
            }
        )
        if rng.random() < 0.25:
            measure = str(rng.choice(["part", "clean", "valve"]))
            rows.append({**rows[-1], "measure": measure, "removes": 0.5, "cost": float(rng.integers(1000, 12000))})
    rows += [
        {
            "asset_id": f"s{number}",
            "asset_kind": "station",
            "cold_household_hours": float(rng.integers(5, 80)),
            "street": None,
        }
        for number in range(int(rng.integers(0, 3)))
    ]
    table = pd.DataFrame(rows)
    for name in ("measure", "removes", "cost"):
        if name not in table:
            table[name] = None
    table["removes"] = table["removes"].astype(float)
    table["cost"] = table["cost"].astype(float)
    rules = {"prices": PRICES, "horizon": int(rng.integers(1, 3))}
    if rng.random() < 0.8:
        rules["budget"] = float(rng.integers(20_000, 150_000))
    if rng.random() < 0.5:
        rules["max_km"] = float(rng.integers(50, 400)) / 1000
    if rng.random() < 0.5:
        rules["max_stations"] = int(rng.integers(0, 2))
    if rng.random() < 0.25:
        rules["min_km"] = {"north": float(rng.integers(10, 120)) / 1000}
    if rng.random() < 0.7 or harder:
        days = int(rng.integers(12, 40))
        first = pd.Timestamp("2026-05-01")
        crews = [None, 1, 2, 3][int(rng.integers(0, 4))] if not harder else int(rng.integers(1, 3))
        rules["summer"] = Summer(
            first,
            first + pd.Timedelta(days=days + 3),
            test_days=4,
            crews=crews,
            metres_per_day=25.0,
            setup_days=int(rng.integers(1, 5)),
            station_days=int(rng.integers(3, 12)),
        )
        digs = []
        for number in range(int(rng.integers(0, 4))):
            start = first + pd.Timedelta(days=int(rng.integers(-10, days)))
            if rng.random() < 0.25:
                start -= pd.DateOffset(years=int(rng.integers(1, 5)))
            digs.append(
                {
                    "dig_id": f"d{number}",
                    "street": str(rng.choice(["Ash", "Birch", "Cedar", "*"], p=[0.3, 0.3, 0.3, 0.1])),
                    "start_on": start,
                    "end_on": start + pd.Timedelta(days=int(rng.integers(0, 15))),
                    "is_ban": bool(rng.random() < 0.5),
                    "closed_years": None if rng.random() < 0.5 else float(rng.integers(1, 4)),
                }
            )
        if digs:
            rules["digs"] = pd.DataFrame(digs)
    return table, rules


def with_shutdowns(table, rules, seed):
    """The same with sections, households and a limit of what is shut together."""
    rng = np.random.default_rng(seed + 5000)
    households = {name: float(rng.integers(5, 60)) for name in "uvw"}
    section = {asset: str(rng.choice(list(households))) for asset in sorted(table["asset_id"].unique())}
    alone = {asset: float(rng.integers(0, 40)) for asset in section}
    lone = {asset for asset in section if rng.random() < 0.3 or asset.startswith("s")}
    table = table.assign(
        section_id=[None if asset in lone else section[asset] for asset in table["asset_id"]],
        households_shut=[alone[one] if one in lone else households[section[one]] for one in table["asset_id"]],
    )
    return table, rules | {"max_households_shut": float(rng.integers(20, 110))}


def shut_by(rows):
    """Households by section of one job."""
    return {row.get("section_id") or f"only {row['asset_id']}": row.get("households_shut") for row in rows}


def choices(table, must=()):
    """Every choice of at most one measure per asset, and of one for each that must be cured."""
    groups = [([] if asset in must else [None]) + part.index.tolist() for asset, part in table.groupby("asset_id")]
    for picks in itertools.product(*groups):
        yield [one for one in picks if one is not None]


def opens_trench(row):
    return row["asset_kind"] == "segment" and row["measure"] in (None, "renew", "part")


def jobs_of(rows):
    graph = nx.Graph()
    for row in rows:
        if opens_trench(row):
            graph.add_edge((row["street"], row["from_node"]), (row["street"], row["to_node"]))
    trenches = []
    for part in nx.connected_components(graph):
        mine = [row for row in rows if opens_trench(row) and (row["street"], row["from_node"]) in part]
        trenches.append(mine)
    return trenches, [row for row in rows if row["asset_kind"] == "station"]


def street_facts(street, rules):
    """Allowed days, start spells (None: any) and closure of a street, day by day."""
    summer, digs = rules["summer"], rules.get("digs")
    window = summer.working_days
    is_open, spells, is_closed = [True] * window, [], False
    mine = [] if digs is None or street is None else digs[digs["street"].isin([street, "*"])].to_dict("records")
    for dig in mine:
        first, last = ((dig[name] - summer.first_day).days for name in ("start_on", "end_on"))
        if dig["is_ban"]:
            for day in range(max(first, 0), min(last + 1, window)):
                is_open[day] = False
        elif last >= 0 and first < window:
            spells.append((first, last))
        elif last < 0:
            years = summer.no_dig_years if pd.isna(dig["closed_years"]) else dig["closed_years"]
            is_closed |= dig["end_on"] + pd.DateOffset(years=int(years)) > summer.first_day
    return is_open, spells or None, is_closed and not spells


def saving(street, rules):
    return 1 - rules["prices"].dig_saving if street in rules["shared"] else 1.0


def price(row, rules):
    prices = rules["prices"]
    if not pd.isna(row["cost"]):
        cost = row["cost"]
    elif row["asset_kind"] == "station":
        cost = prices.station_cost
    else:
        cost = row["length_m"] * (prices.cost_per_m[0] + prices.cost_per_m[1] * row["diameter_mm"])
    return cost * (saving(row["street"], rules) if opens_trench(row) or row["asset_kind"] == "station" else 1)


def has_calendar(trenches, stations, rules, facts):
    """Whether starts exist: every start is a day on which something else ends or a spell begins."""
    summer = rules["summer"]
    window = summer.working_days
    wanted = []
    for rows in trenches:
        days = summer.setup_days + sum(max(1, math.ceil(row["length_m"] / 25.0)) for row in rows)
        wanted.append((rows[0]["street"], days, shut_by(rows)))
    wanted += [(row["street"], summer.station_days, shut_by([row])) for row in stations]
    if any(facts[street][2] for street, _, _ in wanted):
        return False
    bases = {0}
    for is_open, spells, _ in (facts[street] for street, _, _ in wanted):
        bases |= {day for day in range(1, window) if is_open[day] and not is_open[day - 1]}
        bases |= {max(first, 0) for first, _ in spells or []}
    lengths = [days for _, days, _ in wanted]
    sums = {0}
    for days in lengths:
        sums |= {one + days for one in sums}
    times = sorted({base + one for base in bases for one in sums if base + one < window})
    load = [0] * window
    shut = [[] for _ in range(window)]
    most_shut = rules.get("max_households_shut", math.inf)
    crews = len(wanted) if summer.crews is None else summer.crews
    placed = []

    def place(number):
        if number == len(wanted):
            return True
        street, days, mine = wanted[number]
        is_open, spells, _ = facts[street]
        for start in times:
            span = range(start, start + days)
            if start + days > window or not all(is_open[day] and load[day] < crews for day in span):
                continue
            if spells is not None and not any(first <= start <= last for first, last in spells):
                continue
            if street is not None and any(
                other == street and start < end and begin < start + days for other, begin, end in placed
            ):
                continue
            together = [{key: count for one in [*shut[day], mine] for key, count in one.items()} for day in span]
            if most_shut < math.inf and any(sum(one.values()) > most_shut for one in together):
                continue
            for day in span:
                load[day] += 1
                shut[day].append(mine)
            placed.append((street, start, start + days))
            if place(number + 1):
                return True
            placed.pop()
            for day in span:
                load[day] -= 1
                shut[day].pop()
        return False

    return place(0)


def keeps_limits(rows, trenches, rules):
    money = sum(price(row, rules) for row in rows)
    money += sum(rules["prices"].job_cost * saving(part[0]["street"], rules) for part in trenches)
    renewed = [row for row in rows if row["measure"] in (None, "renew")]
    pipes = [row for row in renewed if row["asset_kind"] == "segment"]
    km = sum(row["length_m"] for row in pipes) / 1000
    if money > rules.get("budget", math.inf) + 1e-9 or km > rules.get("max_km", math.inf) + 1e-12:
        return False
    if len(renewed) - len(pipes) > rules.get("max_stations", math.inf):
        return False
    return all(
        sum(row["length_m"] for row in pipes if row["community"] == name) / 1000 >= least - 1e-12
        for name, least in rules.get("min_km", {}).items()
    )


def least_ratio(records, rules):
    """Least worth per cost: as asked, else total worth / total cost of all renewals."""
    if rules.get("min_ratio") is not None:
        return rules["min_ratio"]
    renewals = [row for row in records if row["measure"] in (None, "renew")]
    return sum(row["worth"] for row in renewals) / sum(price(row, rules | {"shared": ()}) for row in renewals)


def benefits(records, rules):
    """What each row brings, and what each trench takes on a street without savings."""
    if "worth" not in records[0]:
        hours = [
            row["cold_household_hours"] * (1 if row["removes"] is None else row["removes"]) * rules["horizon"]
            for row in records
        ]
        return hours, 0.0
    ratio = least_ratio(records, rules)
    return [row["worth"] - ratio * price(row, rules) for row in records], ratio * rules["prices"].job_cost


def pays(row, rules):
    """Whether a measure that opens no renewal is worth its price."""
    return row["measure"] in (None, "renew", "part") or row.get("worth", 0.0) >= price(row, rules | {"shared": ()})


def is_barred(row, facts):
    """Whether a measure without a trench lies on a street that is banned on every day."""
    is_soft = row["asset_kind"] == "segment" and not opens_trench(row)
    return is_soft and row["street"] in facts and not any(facts[row["street"]][0])


def brute_force(table, rules):
    """Greatest benefit of any choice that keeps every rule; None if there is none."""
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    facts = {}
    if rules.get("summer") is not None:
        facts = {street: street_facts(street, rules) for street in {row["street"] for row in records}}
    shared = {street for street, (_, spells, _) in facts.items() if spells is not None}
    prices = rules | {"shared": shared}
    benefit, per_trench = benefits(records, prices)
    every = []
    for picks in choices(table, rules.get("must", ())):
        rows = [records[one] for one in picks]
        trenches, stations = jobs_of(rows)
        if "worth" in table and not all(pays(row, rules) for row in rows):
            continue
        if any(sum(row["length_m"] for row in part) < rules.get("min_job_m", 0.0) for part in trenches):
            continue
        if any(is_barred(row, facts) for row in rows):
            continue
        taken = sum(per_trench * saving(part[0]["street"], prices) for part in trenches)
        every.append((sum(benefit[one] for one in picks) - taken, rows, trenches, stations))
    for brought, rows, trenches, stations in sorted(every, key=lambda one: -one[0]):
        if keeps_limits(rows, trenches, prices) and (
            rules.get("summer") is None or has_calendar(trenches, stations, rules, facts)
        ):
            return brought
    return None


def compare(table, rules):
    best = brute_force(table, rules)
    if best is None:
        with pytest.raises(HeatnetError):
            plan_cures(table, **rules)
        return
    plan = plan_cures(table, **rules)
    findings = check_plan(plan, table, **rules)
    assert findings.empty, findings["message"].tolist()
    size = abs(best) + sum(abs(table.get("worth", pd.Series([0.0]))))
    assert plan.bound >= best - 1e-9 * size
    assert best - 0.01 * abs(best) - 1e-9 * size <= plan.benefit <= best + 1e-9 * size
    shuffled = plan_cures(table.sample(frac=1, random_state=1), **rules)
    pd.testing.assert_frame_equal(plan.cures, shuffled.cures)
    pd.testing.assert_frame_equal(plan.jobs, shuffled.jobs)


@pytest.mark.parametrize("block", range(16))
def test_a_tiny_plan_is_as_good_as_trying_everything(block):
    for seed in range(block * 10, block * 10 + 10):
        compare(*tiny_case(seed))


@pytest.mark.parametrize("block", range(8))
def test_a_tiny_plan_with_few_crews_and_bans_is_as_good_as_trying_everything(block):
    for seed in range(1000 + block * 10, 1010 + block * 10):
        compare(*tiny_case(seed, harder=True))


@pytest.mark.parametrize("block", range(6))
def test_a_tiny_plan_with_few_households_shut_together_is_as_good_as_trying_everything(block):
    for seed in range(2000 + block * 10, 2010 + block * 10):
        compare(*with_shutdowns(*tiny_case(seed, harder=True), seed))


def wide_case(seed):
    """A tiny programme whose benefits and prices lie ten orders of magnitude apart, in yuan or in millions."""
    table, rules = tiny_case(seed, harder=seed % 3 == 0)
    rng = np.random.default_rng(seed + 9000)
    ids = sorted(table["asset_id"].unique())
    unit, money = 10.0 ** rng.integers(-6, 7), 10.0 ** rng.integers(-6, 2)
    size, price = ({asset: 10.0 ** rng.uniform(-5, 5) for asset in ids} for _ in range(2))
    hours = table["cold_household_hours"] * table["asset_id"].map(size) * unit
    cost = table["cost"].fillna(pd.Series(rng.integers(1000, 60000, len(table)).astype(float), index=table.index))
    is_given = (rng.random(len(table)) < 0.7) | table["cost"].notna()
    table = table.assign(cold_household_hours=hours, cost=(cost * table["asset_id"].map(price) * money).where(is_given))
    rules["prices"] = Prices(
        cost_per_m=(100.0 * money, money),
        job_cost=9000.0 * money * 10.0 ** rng.integers(-4, 2),
        station_cost=40000.0 * money,
        dig_saving=0.25,
    )
    if "budget" in rules:
        rules["budget"] *= money * 10.0 ** rng.integers(-2, 4)
    if rng.random() < 0.15:
        rules["must"] = [ids[int(rng.integers(0, len(ids)))]]
    return table, rules


@pytest.mark.parametrize("block", range(10))
def test_benefits_and_prices_far_apart_are_planned_as_well_and_bounded_as_safely(block):
    for seed in range(block * 20, block * 20 + 20):
        compare(*wide_case(seed))


def test_what_nobody_can_afford_does_not_hide_what_can_be_done():
    table = pd.DataFrame(
        {
            "asset_kind": "segment",
            "cold_household_hours": [20e6, 5.0, 3.0],
            "length_m": [9000.0, 50.0, 50.0],
            "diameter_mm": [1200.0, 100.0, 100.0],
            "from_node": ["x", "a", "c"],
            "to_node": ["y", "b", "d"],
            "street": ["Ring", "Elm", "Oak"],
        },
        index=pd.Index(["TRUNK", "S1", "S2"], name="asset_id"),
    )
    plan = plan_cures(table, budget=300_000)
    assert plan.cures.index.tolist() == ["S1", "S2"]
    assert plan.benefit == 8.0
    assert 8.0 <= plan.bound <= 8.0 * (1 + 1e-9)
    assert plan.why("TRUNK") == "TRUNK is out: it alone costs more than the budget leaves."


def worth_case(seed):
    """A tiny programme weighed in money, with a least ratio and now and then a least length of a trench."""
    table, rules = tiny_case(seed, harder=seed % 3 == 0)
    rng = np.random.default_rng(seed + 7000)
    del rules["horizon"]
    full = [
        price(row, rules | {"shared": ()}) for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]
    table = table.assign(worth=np.array(full) * rng.lognormal(-0.2, 1.0, len(table)))
    rules["min_ratio"] = [None, 0.0, 0.4, 1.0, 1.5][int(rng.integers(0, 5))]
    if rng.random() < 0.4:
        rules["min_job_m"] = float(rng.integers(20, 200))
    if rng.random() < 0.3:
        rules["must"] = [str(rng.choice(table["asset_id"]))]
    return table.drop(columns="cold_household_hours") if seed % 2 else table, rules


@pytest.mark.parametrize("block", range(6))
def test_what_is_worth_most_is_found_as_by_trying_everything(block):
    for seed in range(3000 + block * 20, 3020 + block * 20):
        compare(*worth_case(seed))

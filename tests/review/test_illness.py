"""What the winter after says of treated assets, beside all cases counted one by one."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from heatnet import Network, locate_faults
from heatnet.review.illness import After, Units, cold_homes
from heatnet.review.warmth import Treated, Warmth
from heatnet.value import Settings


def comb() -> Network:
    """A main, a branch to a house of two pipes, and three more houses: ids m; a, a2; b; c; d."""
    nodes = pd.DataFrame(
        {"node_id": ["S", "J", "K", "A", "B", "C", "D"], "kind": ["source", "junction", "junction", *["building"] * 4]}
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["a", "a2", "b", "c", "d", "m"],
            "from_node": ["J", "K", "J", "J", "J", "S"],
            "to_node": ["K", "A", "B", "C", "D", "J"],
            "length_m": [100.0, 100.0, 100.0, 100.0, 100.0, 300.0],
            "diameter_mm": [80.0, 80.0, 80.0, 80.0, 80.0, 200.0],
        }
    )
    return Network(nodes, segments)


def visits(cold: dict[str, tuple[int, int]], season: int) -> pd.DataFrame:
    """So many visits to each building, the first of them cold."""
    rows = [(home, n < n_cold) for home, (n_all, n_cold) in cold.items() for n in range(n_all)]
    table = pd.DataFrame(rows, columns=["building_id", "is_cold"])
    table.insert(0, "visit_id", [f"{season}{n:03}" for n in range(len(table))])
    days = pd.to_timedelta(np.arange(len(table)) % 90, unit="D")
    return table.assign(visited_on=pd.Timestamp(season, 12, 1) + days)


def after(now: dict[str, tuple[int, int]], *, before: dict[str, tuple[int, int]] | None = None) -> After:
    bad = {"A": (6, 5), "B": (6, 0), "C": (6, 0), "D": (6, 0)} if before is None else before
    network = comb()
    past = locate_faults(network, visits(bad, 2022), season=2022, building_prior=0.05)
    return After.of(visits(now, 2023), 2023, past, Settings())


def marked(*assets: str) -> np.ndarray:
    return np.isin(comb().asset_ids, assets)


WARM = {"A": (6, 0), "B": (6, 0), "C": (6, 1), "D": (6, 0)}
COLD = {"A": (6, 5), "B": (6, 0), "C": (6, 1), "D": (6, 0)}
NOBODY = marked()


def test_pipes_that_nothing_told_apart_are_one_unit_as_likely_ill_as_any_of_them() -> None:
    # p of any is 0.9, shared out as 0.3 to 0.6; the third is alone
    units = Units.of(
        np.array([7, 7, 8]),
        np.array([1, 1, 1]),
        (np.array([0.35, 0.7, 0.1]), np.array([0.9, 0.9, 0.1])),
        np.array([0.1, 0.2, 0.3]),
    )
    assert units.first.tolist() == [0, 2]
    assert units.was_ill == pytest.approx([0.9, 0.1])
    assert units.base == pytest.approx([1 - 0.9 * 0.8, 0.3])
    assert units.without(0.7) == pytest.approx([0.7 * 0.9 + 0.3 * 0.28, 0.7 * 0.1 + 0.3 * 0.3])


def test_a_treated_pipe_and_its_untreated_neighbour_share_the_blame_by_their_own() -> None:
    units = Units.of(
        np.array([7, 7]), np.array([2, 0]), (np.array([0.35, 0.7]), np.array([0.9, 0.9])), np.array([0.1, 0.1])
    )
    by_asset = dict(zip(units.first.tolist(), units.was_ill.tolist(), strict=True))
    assert by_asset == pytest.approx({0: 0.3, 1: 0.6})


def all_cases(told: After, units: Units, chance: np.ndarray) -> list[tuple[float, set[str], dict[str, bool]]]:
    """Every state of units and buildings: its probability with what was seen, the ill units, who is ill."""
    network, rates, evidence = told.seen.network, told.learned.rates, told.seen.evidence
    names = network.node_ids[evidence.node]
    on_path = {"A": {"m", "a", "a2"}, "B": {"m", "b"}, "C": {"m", "c"}, "D": {"m", "d"}}
    cases = []
    for state in product([False, True], repeat=len(units.first) + len(names)):
        ill = {str(network.asset_ids[unit]) for unit, is_ill in zip(units.first, state, strict=False) if is_ill}
        own = dict(zip(names, state[len(units.first) :], strict=True))
        prob = np.prod([q if s else 1 - q for q, s in zip(chance, state, strict=False)])
        for k, name in enumerate(names):
            prior = told.own[evidence.node[k]]
            p = rates.p_impaired if own[name] or ill & on_path[name] else rates.p_clear
            n, cold = evidence.visits[k], evidence.cold_visits[k]
            prob *= (prior if own[name] else 1 - prior) * p**cold * (1 - p) ** (n - cold)
        cases.append((float(prob), ill, own))
    return cases


@pytest.mark.parametrize("now", [WARM, COLD])
def test_the_likelihood_of_a_ratio_is_that_of_all_cases_counted(now: dict[str, tuple[int, int]]) -> None:
    told = after(now)
    units = told.units(marked("a", "a2"), NOBODY)
    part = Treated(told, marked("a", "a2"), NOBODY)
    fast, slow = [], []
    for ratio in (0.1, 1.0, 1.4):
        chance = part.chance(0.7, ratio, 1.0)
        fast.append(told.log_likelihood(told.prior(units, chance)))
        slow.append(np.log(sum(prob for prob, _, _ in all_cases(told, units, chance))))
    assert np.diff(fast) == pytest.approx(np.diff(slow), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("treated", [("a", "a2"), ("a", "b"), ("b",), ("a2", "c", "m")])
def test_that_nothing_else_is_ill_is_as_probable_as_all_cases_counted_say(treated: tuple[str, ...]) -> None:
    told = after(COLD)
    mark = marked(*treated)
    part = Treated(told, mark, NOBODY)
    chance = part.chance(0.7, 0.6, 1.0)
    fast, _ = told.told(part.units, chance, mark)
    cases = all_cases(told, part.units, chance)
    on_path = {"A": {"m", "a", "a2"}, "B": {"m", "b"}, "C": {"m", "c"}, "D": {"m", "d"}}
    total = sum(prob for prob, _, _ in cases)
    names = told.seen.network.node_ids[told.seen.evidence.node]
    slow = [
        sum(prob for prob, ill, own in cases if not own[name] and not (ill - set(treated)) & on_path[name]) / total
        for name in names
    ]
    assert fast.tolist() == pytest.approx(slow, rel=1e-6)


def test_what_would_have_come_is_counted_home_by_home() -> None:
    told = after(WARM)
    mark = marked("b", "c")
    told.__dict__["is_narrow"] = ~marked("m")  # of four homes none is a tenth
    part = Treated(told, mark, NOBODY)
    chance = part.chance(0.7, 1.0, 1.0)
    homes = cold_homes(told, mark, part.units, chance, chance)
    assert homes is not None
    well, _ = told.told(part.units, chance, mark)
    rates, expected = told.learned.rates, 0.0
    by_asset = dict(zip(comb().asset_ids[part.units.first], chance, strict=True))
    for name, is_well in zip(told.seen.network.node_ids[told.seen.evidence.node], well, strict=True):
        if name in ("B", "C"):
            ill = 1 - is_well * (1 - by_asset[name.lower()])
            expected += 6 * (rates.p_clear + (rates.p_impaired - rates.p_clear) * ill)
    assert (homes.came, homes.visits) == (1.0, 12.0)
    assert homes.without.certain + float((homes.without.prob * homes.without.amount).sum()) == pytest.approx(expected)
    assert 0.05 <= homes.noise < 1.0


def test_rates_learned_from_the_same_visits_alone_leave_no_doubt_and_from_few_others_some() -> None:
    # no home ill: n visits, and ten believed, at the rate p, y of them behind: var(log(Y/D))*Y = (1 - p) * (1 - y/n)
    told = after({"A": (40, 4), "B": (40, 4), "C": (40, 4), "D": (40, 4)})
    told.__dict__["is_narrow"] = ~marked("m")
    noise = []
    for names in (("b",), ("b", "c", "d")):
        mark = marked(*names)
        part = Treated(told, mark, NOBODY)
        chance = part.chance(0.7, 1.0, 1.0)
        homes = cold_homes(told, mark, part.units, chance, chance)
        assert homes is not None
        noise.append(homes.noise)
    assert noise == pytest.approx([0.9 * (1 - 40 / 170), 0.9 * (1 - 120 / 170)], rel=0.15)


def test_nobody_visited_behind_the_treated_asset_tells_nothing() -> None:
    told = after({"B": (6, 0), "C": (6, 1)})
    mark = marked("d")
    told.__dict__["is_narrow"] = ~marked("m")
    part = Treated(told, mark, NOBODY)
    chance = part.chance(0.7, 1.0, 1.0)
    assert cold_homes(told, mark, part.units, chance, chance) is None
    warmth = Warmth.of_all([part], usual=1.0, believed=0.7)
    assert np.isnan(warmth.left.ratio)
    assert np.isnan(warmth.cold_share()[0].ratio)


def test_a_warm_winter_after_speaks_for_the_cure_and_a_cold_one_against_it() -> None:
    mark = marked("a", "a2")
    warm, cold = (Warmth.of_all([Treated(after(now), mark, NOBODY)], usual=1.0, believed=0.7) for now in (WARM, COLD))
    assert warm.left.ratio < 0.7 < cold.left.ratio
    assert warm.left.high < cold.left.high


def test_persistence_is_learned_from_what_is_not_treated() -> None:
    part_of = {state: Treated(after(now), marked("d"), NOBODY) for state, now in (("warm", WARM), ("cold", COLD))}
    learned = {state: Warmth.of_all([part], usual=1.0, believed=0.7).persistence for state, part in part_of.items()}
    assert learned["warm"] < learned["cold"]


def test_the_level_of_illness_rises_with_homes_that_are_cold_anew() -> None:
    # each level weighs by what all visits say at it and by log2(level) normal around 0
    told = after({"A": (6, 5), "B": (6, 5), "C": (6, 5), "D": (6, 0)}, before=dict.fromkeys("ABCD", (6, 0)))
    units = told.units(NOBODY, NOBODY)
    plain = {int(unit): float(told.base[unit]) for unit in units.first}  # c, d, b and m are alone in their unit
    logs, levels = [], (0.5, 1.0, 2.0, 4.0, 8.0)
    for level in levels:
        chance = np.array(
            [
                0.7 * was + 0.3 * (1 - np.prod([1 - told.base[k] for k in alike])) * level
                for was, alike in zip(units.was_ill, _members(told, units, plain), strict=True)
            ]
        )
        logs.append(np.log(sum(prob for prob, _, _ in all_cases(told, units, chance))) - np.log2(level) ** 2 / 2)
    weights = np.exp(np.array(logs) - max(logs))
    assert told.level == pytest.approx(float((weights * levels).sum() / weights.sum()), rel=1e-6)
    assert told.level > 1.0


def _members(told: After, units: Units, plain: dict[int, float]) -> list[list[int]]:
    """The assets of each unit: a and a2 are one, the others stand alone."""
    ids = told.seen.network.asset_ids.tolist()
    pair = [ids.index("a"), ids.index("a2")]
    return [pair if unit in pair else [unit] for unit in plain]

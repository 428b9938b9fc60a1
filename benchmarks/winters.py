"""How much of the truly ill length three winters find, part by part, against one winter with the default prior.

    python -m benchmarks.winters SEEDS SCALE "ARM;ARM" [same_rooms]   e.g. 100-119 1.0 ""; a line of numbers per city
    python -m benchmarks.winters table FILES...                       the table from such lines
    python -m benchmarks.winters onset 700-709 1.0                    what reading a winter in halves would gain

The cities are those of `benchmarks.location`, as drawn before this question was asked. Each winter an impaired asset
stays so with probability .7, another falls ill as its luck has it; luck and severity are the asset's own. Words of
crews stand in 60 % of the cold rows (of which 20 % name a wrong kind), the room's temperature at every home visit.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import benchmarks.location as drawn
from heatnet.inventory.records import Records
from heatnet.location import clean_visits, default_prior, locate_faults
from heatnet.location.attributes import attributes_of
from heatnet.location.filtering import Filtered, Winter, filtered
from heatnet.location.watched import Asked, watched_winter
from heatnet.location.words import one_word_a_week
from heatnet.network import Network
from heatnet.reachability.paths import supply_paths

STAY, WINTERS, WORDS, WRONG = 0.7, 3, 0.6, 0.2
FULL_SIZE = (drawn.N_STATIONS, drawn.N_SEGMENTS, drawn.N_VISITS)


@dataclass(frozen=True)
class Winters:
    """A drawn city over three winters: its visits, and which assets were ill in each."""

    network: Network
    visits: pd.DataFrame
    is_impaired: np.ndarray  # winters x assets
    known_prior: pd.Series


def draw_winters(seed: int, scale: float = 1.0, *, same_rooms: bool = False) -> Winters:
    """Draw a city of the frozen generator, then its winters.

    Rooms, risers and troubles of homes are drawn anew each winter, as the generator draws them, or stay the same.
    """
    drawn.N_STATIONS, drawn.N_SEGMENTS, drawn.N_VISITS = (max(1, round(n * scale)) for n in FULL_SIZE)
    city = drawn.draw_city(seed)
    network, rng = city.network, np.random.default_rng([17, seed])
    a, b, length = network.from_node, network.to_node, network.length_m
    kind = network.nodes["kind"].to_numpy(dtype=object).astype(str)
    is_primary, diameter = network.is_primary, network.diameter_mm
    households = network.nodes["households"].to_numpy(dtype=float)
    luck = np.concatenate([rng.lognormal(-0.18, 0.6, len(a)), np.ones(len(network.station_nodes))])
    risk = -np.expm1(np.log1p(-city.known_prior.to_numpy()) * luck)
    severity = rng.uniform(1.8, 4.5, network.n_assets)
    home = np.repeat(np.arange(len(households)), households.astype(int))
    paths, is_station = supply_paths(network), np.arange(network.n_assets) >= network.n_segments
    ill = rng.random(network.n_assets) < risk
    tables, states = [], []
    noise = rng.integers(2**32)
    for k in range(WINTERS):
        if not k or not same_rooms:
            riser = np.where(rng.random(len(households)) < 0.03, rng.uniform(1.5, 4.0, len(households)), 0.0)
            house = rng.normal(0, 0.7, len(households)) - riser
            own = rng.random(len(home)) < 0.055
            room = 20.9 + house[home] + rng.normal(0, 1.3, len(home)) - np.where(own, rng.uniform(2.5, 6, len(home)), 0)
        if k:
            ill = np.where(rng.random(network.n_assets) < STAY, ill, rng.random(network.n_assets) < risk)
        taken = np.where(ill, severity, 0.0)
        same_ways = np.random.default_rng(noise)  # heat takes the same way every winter
        lost = drawn.degrees_lost(a, b, length, diameter, is_primary, kind, taken, same_ways)
        temp = room - lost[home]
        visits = drawn.draw_contacts(rng, home, temp < 18.0, own)
        who = visits.pop("household").to_numpy()
        visits["building_id"] = network.node_ids.to_numpy()[home[who]]
        visits["visited_on"] -= pd.DateOffset(years=WINTERS - 1 - k)
        visits["visit_id"] = f"{k}" + visits["visit_id"]
        is_visit = (visits["channel"] == "home_visit").to_numpy()
        visits["room_temp_c"] = np.where(is_visit, temp[who].round(1), np.nan)
        visits["word"] = words(rng, paths, is_station, ill, own[who], riser[home[who]] > 0, visits, home[who])
        tables.append(visits)
        states.append(ill.copy())
    return Winters(network, pd.concat(tables, ignore_index=True), np.array(states), city.known_prior)


def words(rng, paths, is_station, ill, own, has_riser, visits, node) -> np.ndarray:
    """Return what crews write on cold rows: one of the causes that are there, sometimes a wrong kind."""
    last = paths.last_asset[node]
    no_total = np.zeros(len(ill), dtype=bool)
    n_pipes = paths.forest.path_sum((ill & ~is_station).astype(float), no_total)
    n_stations = paths.forest.path_sum((ill & is_station).astype(float), no_total)
    found = []
    for row, cold in enumerate(visits["is_cold"].tolist()):
        if not cold or rng.random() >= WORDS:
            found.append(None)
            continue
        there = []
        if last[row] >= 0:
            there = ["network"] * bool(n_pipes[last[row]] > 0) + ["station"] * bool(n_stations[last[row]] > 0)
        there += ["household"] * bool(own[row]) + ["building"] * bool(has_riser[row])
        word = str(rng.choice(there)) if there else "household"
        if rng.random() < WRONG:
            kinds = ["own", "station", "network"]
            kinds.remove("own" if word in ("household", "building") else word)
            word = str(rng.choice(kinds)).replace("own", "household")
        found.append(word)
    return np.array(found, dtype=object)


def told(city: Winters, *, parts: Iterable[str]) -> Filtered:
    """Return what the winters say with these parts: dose, words, readings, winters, factor, attributes, calls."""
    network, parts = city.network.in_id_order, set(parts)
    visits = city.visits.assign(cause=city.visits["word"] if "words" in parts else city.visits["cause"])
    visits = clean_visits(visits, network, own_words="keep" if "words" in parts else "warm")
    if "words" in parts:
        visits = one_word_a_week(visits)
    asked = Asked(
        calls="households",
        building_prior=0.05,
        dose="dose" in parts,
        cause_error=WRONG if "words" in parts else None,
        temperatures="readings" in parts,
    )
    seasons = range(drawn.SEASON - (WINTERS - 1 if "winters" in parts else 0), drawn.SEASON + 1)
    winters = [
        Winter(season, watched_winter(network, visits, season=season, asked=asked), np.ones(network.n_assets))
        for season in seasons
    ]
    attributes = None
    if "attributes" in parts:
        records = Records(visits=None, faults=None, works=None, makeup=None)
        attributes = attributes_of(network, records, season=drawn.SEASON + 1, forest=supply_paths(network).forest)
    default = city.known_prior.reindex(network.asset_ids) if "known" in parts else default_prior(network)
    return filtered(
        winters,
        default.to_numpy(dtype=float),
        stay=STAY,
        attributes=attributes,
        learns="factor" in parts,
    )


ALL = ("dose", "winters", "factor", "attributes")
ARMS: dict[str, tuple[str, ...]] = {
    "one winter": (),
    "one winter, dose": ("dose",),
    "three winters": ("winters",),
    "three winters, dose": ("winters", "dose"),
    "three winters, dose, factor": ("winters", "dose", "factor"),
    "all without words and readings": ALL,
    "the same, no dose": ("winters", "factor", "attributes"),
    "all with words": (*ALL, "words"),
    "words, no attributes": ("winters", "dose", "factor", "words"),
    "all with readings": (*ALL, "readings"),
    "all with words and readings": (*ALL, "words", "readings"),
    "one winter, words and readings": ("dose", "words", "readings"),
    "three winters, generator's prior": ("winters", "dose", "known"),
    "the same with words": ("winters", "dose", "known", "words"),
}


def numbers(seed: int, scale: float, arms: Iterable[str], *, same_rooms: bool = False) -> dict[str, object]:
    """Return, per arm, the shares of the ill length found, and predicted and observed ill assets by tenth."""
    city = draw_winters(seed, scale, same_rooms=same_rooms)
    order = city.network.asset_positions(city.network.in_id_order.asset_ids)
    ill = city.is_impaired[-1]
    length = city.network.length_m
    found: dict[str, object] = {"seed": seed, "ill": float(length[ill[: len(length)]].sum() / length.sum())}
    for name in arms:
        posterior = np.empty(city.network.n_assets)
        posterior[order] = told(city, parts=ARMS[name]).location.assets["impaired_prob"].to_numpy()
        shares = drawn.recall(drawn.City(city.network, city.visits, ill, city.known_prior, ill, ill), posterior,
                              np.random.default_rng([7, seed]))  # fmt: skip
        by_prob = np.argsort(posterior, kind="stable")
        running = np.cumsum(posterior[by_prob])
        tenth = np.minimum((running / running[-1] * 10).astype(int), 9)
        predicted = np.bincount(tenth, posterior[by_prob], minlength=10)
        observed = np.bincount(tenth, ill[by_prob].astype(float), minlength=10)
        found[name] = {"shares": shares, "predicted": predicted.tolist(), "observed": observed.tolist()}
    return found


def as_it_was(seed: int, scale: float) -> list[float]:
    """Return the shares of one winter by the public function, as before there were several."""
    city = draw_winters(seed, scale)
    visits = clean_visits(city.visits, city.network)
    location = locate_faults(city.network, visits, season=drawn.SEASON, calls="households", building_prior=0.05)
    ill = city.is_impaired[-1]
    whole = drawn.City(city.network, city.visits, ill, city.known_prior, ill, ill)
    return drawn.recall(whole, location.assets["impaired_prob"].to_numpy(), np.random.default_rng([7, seed]))


def onset(seed: int, scale: float = 1.0) -> dict[str, list[float]]:
    """Return the shares found where half of the ill assets fall ill during the winter, read as one winter or as halves.

    Read as halves, the first half of the winter is a winter of its own, after which an impairment stays with
    probability .95. Truth is who was ill at the end; beside it the shares where all of them were ill from the start.
    """
    drawn.N_STATIONS, drawn.N_SEGMENTS, drawn.N_VISITS = (max(1, round(n * scale)) for n in FULL_SIZE)
    city = drawn.draw_city(seed)
    network, rng = city.network, np.random.default_rng([18, seed])
    kind = network.nodes["kind"].to_numpy(dtype=object).astype(str)
    ways = (network.from_node, network.to_node, network.length_m, network.diameter_mm, network.is_primary, kind)
    ill, severity = city.is_impaired, rng.uniform(1.8, 4.5, network.n_assets)
    starts = np.where(rng.random(network.n_assets) < 0.5, rng.uniform(0, 150, network.n_assets), 0.0)
    households = network.nodes["households"].to_numpy(dtype=float)
    home, _, own = drawn.draw_rooms(rng, households, np.zeros(len(households)))
    house = rng.normal(0, 0.7, len(households)) - np.where(rng.random(len(households)) < 0.03, 2.75, 0.0)
    room = 20.9 + house[home] + rng.normal(0, 1.3, len(home)) - np.where(own, rng.uniform(2.5, 6, len(home)), 0)
    noise, periods = int(rng.integers(2**32)), 5
    found = {}
    for name, begins in (("ill from the start", np.zeros(len(starts))), ("half fall ill during it", starts)):
        tables, draws = [], np.random.default_rng([19, seed])
        drawn.N_VISITS = round(FULL_SIZE[2] * scale / periods)
        for k in range(periods):
            taken = np.where(ill & (begins <= 30 * k + 15), severity, 0.0)
            lost = drawn.degrees_lost(*ways, taken, np.random.default_rng(noise))
            visits = drawn.draw_contacts(draws, home, room - lost[home] < 18.0, own)
            visits["building_id"] = network.node_ids.to_numpy()[home[visits.pop("household").to_numpy()]]
            visits["visited_on"] = pd.Timestamp(f"{drawn.SEASON}-10-20") + pd.to_timedelta(30 * k, unit="D")
            visits["visit_id"] = f"{k}" + visits["visit_id"]
            tables.append(visits)
        visits = clean_visits(pd.concat(tables, ignore_index=True), network)
        second = (visits["visited_on"] > f"{drawn.SEASON + 1}-01-01").to_numpy()
        halves = visits.assign(visited_on=visits["visited_on"].mask(second, pd.Timestamp(f"{drawn.SEASON + 1}-12-01")))
        asked = Asked(calls="households", building_prior=0.05, dose=True)
        for reading, table, seasons in (("one winter", visits, 1), ("halves", halves, 2)):
            watched = [
                Winter(season, watched_winter(network, table, season=season, asked=asked), np.ones(network.n_assets))
                for season in range(drawn.SEASON, drawn.SEASON + seasons)
            ]
            prior = default_prior(network).to_numpy()
            told = filtered(watched, prior, stay=0.95, attributes=None, learns=False)
            whole = drawn.City(network, visits, ill, city.known_prior, ill, ill)
            posterior = told.location.assets["impaired_prob"].to_numpy()
            found[f"{name}, read as {reading}"] = drawn.recall(whole, posterior, np.random.default_rng([7, seed]))
    return found


def print_onset(seeds: Iterable[int], scale: float) -> None:
    """Print the shares found, and what reading the winter in halves changes, city by city."""
    lines = [onset(seed, scale) for seed in seeds]
    drawn.print_table({name: [line[name] for line in lines] for name in lines[0]})
    for name in ("ill from the start", "half fall ill during it"):
        more = np.array([line[f"{name}, read as halves"] for line in lines])
        more -= [line[f"{name}, read as one winter"] for line in lines]
        drawn.print_table({f"{name}: halves less one": more.tolist()})


def print_table(files: list[str]) -> None:
    """Print shares with standard errors, differences to one winter in the same cities, and calibration."""
    lines = [json.loads(line) for file in files for line in Path(file).read_text().splitlines() if line[:1] == "{"]
    base = np.array([line["one winter"]["shares"] for line in lines])
    print(f"{len(lines)} cities; ill {np.mean([line['ill'] for line in lines]):.4f} of the length")
    print(f"{'':36s}{'1 %':>8}{'2.4 %':>8}{'5 %':>8}{'10 %':>8}   more at 2.4 % (s.e.)   predicted/observed in tenths")
    for name in [name for name in ARMS if name in lines[0]]:
        shares = np.array([line[name]["shares"] for line in lines])
        more = (shares - base)[:, 1]
        error = more.std(ddof=1) / np.sqrt(len(more)) if len(more) > 1 else 0.0
        predicted, observed = (np.sum([line[name][of] for line in lines], axis=0) for of in ("predicted", "observed"))
        ratios = " ".join(f"{ratio:.2f}" for ratio in predicted / np.maximum(observed, 1))
        mean = "".join(f"{share:8.3f}" for share in shares.mean(0))
        print(f"{name:36s}{mean}   {more.mean():+.3f} ({error:.3f})   {ratios}")


def main() -> None:
    if sys.argv[1] == "table":
        print_table(sys.argv[2:])
        return
    if sys.argv[1] == "onset":
        first, _, last = sys.argv[2].partition("-")
        print_onset(range(int(first), int(last) + 1), float(sys.argv[3]))
        return
    first, _, last = sys.argv[1].partition("-")
    scale = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    arms = sys.argv[3].split(";") if len(sys.argv) > 3 and sys.argv[3] else list(ARMS)
    same_rooms = "same_rooms" in sys.argv
    for seed in range(int(first), int(last or first) + 1):
        started = time.perf_counter()
        print(json.dumps(numbers(seed, scale, arms, same_rooms=same_rooms)), flush=True)
        print(f"[{seed}: {time.perf_counter() - started:.0f} s]", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

"""The ledger of problems: every cold visit and fault in one row, with a state until it is answered for."""

import pandas as pd
import pytest

import heatnet as hn
from heatnet.review import ProblemLedger, problem_ledger
from heatnet.season import season_of

#  A -main- T =station= J -b- K -k- B, -l- D (ten households each, community Low)
#                        +- c - C (community High)
NODES = pd.DataFrame(
    {
        "node_id": ["A", "T", "J", "K", "B", "D", "C"],
        "kind": ["source", "station", "junction", "junction", "building", "building", "building"],
        "households": [None, None, None, None, 10, 10, 10],
        "community": [None, "High", None, "Low", "Low", "Low", "High"],
    }
)
SEGMENTS = pd.DataFrame(
    {
        "segment_id": ["main", "j", "b", "k", "l", "c"],
        "from_node": ["A", "T", "J", "K", "K", "J"],
        "to_node": ["T", "J", "K", "B", "D", "C"],
        "length_m": [500, 100, 400, 5, 5, 50],
        "diameter_mm": [200, 150, 80, 80, 80, 80],
        "level": ["primary", "secondary", "secondary", "secondary", "secondary", "secondary"],
    }
)


def visits_of(*rows: tuple[str, str, bool, str | None, str | None]) -> pd.DataFrame:
    """Visits as building, day, cold, cause, day of solution; a household each."""
    table = pd.DataFrame(rows, columns=["building_id", "visited_on", "is_cold", "cause", "resolved_on"])
    names = [f"V{i}" for i in range(len(table))]
    return table.assign(visit_id=names, household_id=names)


def many(building: str, day: str, cold: int, warm: int) -> list[tuple[str, str, bool, None, None]]:
    return [(building, day, True, None, None)] * cold + [(building, day, False, None, None)] * warm


def ill_b() -> list[tuple[str, str, bool, None, None]]:
    """So many cold homes in B and D, and none in C, that only pipe b can be ill."""
    return [*many("B", "2024-12-10", 5, 1), *many("D", "2024-12-10", 4, 0), *many("C", "2024-12-10", 0, 12)]


def one(ledger: ProblemLedger, kind: str) -> pd.Series:
    rows = ledger[ledger["kind"] == kind]
    assert len(rows) == 1, ledger
    return rows.iloc[0]


def test_cold_homes_behind_one_ill_pipe_are_one_problem() -> None:
    ledger = problem_ledger(hn.Network(NODES, SEGMENTS), visits_of(*ill_b()), season=2024)
    problem = one(ledger, "asset")
    assert (problem["state"], problem["assets"], problem["handed_to"]) == ("located", "b", "network")
    assert (problem["visits"], problem["households"], problem["community"]) == (9, 9, "Low")
    assert problem["opened_on"] == pd.Timestamp("2024-12-10")
    assert pd.isna(problem["closed_on"])


def test_own_trouble_is_not_ours_and_late_starts_are_set_aside() -> None:
    rows = [
        ("C", "2024-12-01", True, "household", "2024-12-05"),
        ("C", "2024-12-02", True, "building", None),
        ("C", "2024-10-16", True, None, None),
        ("X", "2024-12-02", True, None, None),
    ]
    ledger = problem_ledger(hn.Network(NODES, SEGMENTS), visits_of(*rows), season=2024)
    own = ledger[ledger["kind"] == "own"].set_index("handed_to")
    assert own["state"].tolist() == ["not_ours", "not_ours"]
    assert own.loc["household", "closed_on"] == pd.Timestamp("2024-12-05")
    assert pd.isna(own.loc["building", "closed_on"])
    aside = ledger[ledger["kind"] == "aside"].set_index("reason")
    assert aside["visits"].to_dict() == {"visit_late_start": 1, "unknown_building": 1}
    assert set(aside["state"]) == {"set_aside"}


def cleaned_in_summer(*next_winter: tuple[str, str, bool, None, None]) -> pd.Series:
    works = pd.DataFrame({"work_id": ["W"], "asset_id": ["b"], "done_on": ["2025-06-01"], "kind": ["cleaning"]})
    visits = visits_of(*ill_b(), *next_winter)
    return one(problem_ledger(hn.Network(NODES, SEGMENTS), visits, works=works, season=2024), "asset")


def test_a_cure_is_proven_by_a_warm_winter_and_refuted_by_a_cold_one() -> None:
    assert cleaned_in_summer()["state"] == "cured"
    assert cleaned_in_summer()["closed_on"] == pd.Timestamp("2025-06-01")
    assert cleaned_in_summer(*many("B", "2025-12-10", 0, 12), *many("C", "2025-12-10", 0, 9))["state"] == "proven"
    assert cleaned_in_summer(*many("B", "2025-12-10", 5, 1), *many("D", "2025-12-10", 5, 0))["state"] == "came_back"


def test_what_stands_in_the_plan_is_planned() -> None:
    network = hn.Network(NODES, SEGMENTS)
    candidates = pd.DataFrame(
        {"asset_kind": "segment", "cold_household_hours": 5.0, "length_m": 400.0, "diameter_mm": 80.0,
         "from_node": "J", "to_node": "K"},
        index=pd.Index(["b"], name="asset_id"),
    )  # fmt: skip
    plan = hn.plan_cures(candidates, max_km=1.0)
    assert plan.cures.index.tolist() == ["b"]
    ledger = problem_ledger(network, visits_of(*ill_b()), plan=plan, season=2024)
    assert one(ledger, "asset")["state"] == "planned"


def test_a_repaired_fault_is_cured_and_comes_back_or_is_proven() -> None:
    def state(*days: str) -> str:
        faults = pd.DataFrame({"fault_id": [f"F{i}" for i in range(len(days))], "found_on": days, "asset_id": "main"})
        faults = pd.concat([faults, pd.DataFrame({"fault_id": ["Z"], "found_on": ["2026-05-01"], "asset_id": ["c"]})])
        works = pd.DataFrame({"work_id": ["W"], "asset_id": ["main"], "done_on": [days[0]], "kind": ["repair"]})
        ledger = problem_ledger(
            hn.Network(NODES, SEGMENTS), faults=faults.assign(outage_h=5.0), works=works, season=2024
        )
        problem = one(ledger, "fault")
        assert problem["households"] == 30  # the main cuts all buildings off
        return str(problem["state"])

    assert state("2024-12-01") == "proven"
    assert state("2024-12-01", "2025-11-01") == "came_back"


def test_pipes_of_another_owner_are_handed_to_them() -> None:
    segments = SEGMENTS.assign(owner=["heat", "heat", "homes", "heat", "heat", "heat"])
    ledger = problem_ledger(hn.Network(NODES, segments), visits_of(*ill_b()), season=2024)
    assert (one(ledger, "asset")["state"], one(ledger, "asset")["handed_to"]) == ("not_ours", "other owner")


def test_totals_are_counted_by_hand() -> None:
    rows = [
        *ill_b(),
        ("C", "2025-01-01", True, "household", "2025-01-05"),
        ("C", "2025-01-08", True, "household", "2025-01-11"),
    ]
    totals = problem_ledger(hn.Network(NODES, SEGMENTS), visits_of(*rows), season=2024).totals()
    # Low: ten homes, one problem open. High: twelve and two homes, one problem, open from the 1st to the 11th.
    assert totals.loc[("all", "all")].tolist() == [24, 2, 1, 1, 10.0]
    assert totals.loc[("Low", "all")].tolist()[:4] == [10, 1, 0, 1]
    assert totals.loc[("High", "2025-01")].tolist() == [2, 1, 1, 0, 10.0]


def test_a_plan_that_is_none_is_refused() -> None:
    with pytest.raises(hn.HeatnetError, match="plan is str"):
        problem_ledger(hn.Network(NODES, SEGMENTS), plan="plan", season=2024)  # type: ignore[arg-type]


def test_the_districts_totals_are_those_counted_by_hand_in_its_files(fixtures: object) -> None:
    """From 2024-10-15 to 2025-10-14 its files hold 320 visits, 56 marked cold, 2 unmarked below 18, 5 faults.

    Of the 58 cold visits 11 are from 15 to 18 October, the first days; of the others 10 with cause household (5
    solved), 7 building (6 solved), 1 closed (solved), 29 network, unknown or empty (25 solved). Its 5 faults were
    repaired on the next day each.
    """
    ledger = problem_ledger(hn.read_inventory(fixtures / "district"), season=2024)  # type: ignore[operator]
    assert (ledger["visits"].sum(), ledger["faults"].sum()) == (56 + 2, 5)
    visits = ledger.groupby("kind")["visits"].sum()
    assert (visits["aside"], visits["own"], visits[["asset", "building", "home"]].sum()) == (11, 10 + 7 + 1, 29)
    own = ledger[ledger["kind"] == "own"]
    assert own.groupby("handed_to")["visits"].sum().to_dict() == {"household": 10 + 1, "building": 7}
    assert own.groupby("handed_to")["closed_on"].apply(lambda days: days.isna().sum()).to_dict() == {
        "household": 5, "building": 1,
    }  # fmt: skip
    faults = ledger[ledger["kind"] == "fault"]
    assert (faults["closed_on"] - faults["opened_on"]).dt.days.tolist() == [1] * 5
    totals = ledger.totals()
    visited = totals.xs("all", level="community")["households_visited"].drop("all")
    assert visited.to_dict() == {
        "2024-10": 40, "2024-11": 62, "2024-12": 45, "2025-01": 70, "2025-02": 54, "2025-03": 44, "2025-04": 5,
    }  # fmt: skip
    assert totals.loc[("all", "all"), "households_visited"] == 320
    problems = (ledger["kind"] != "aside").sum()
    located = ledger[ledger["kind"].isin(["asset", "building", "home"])]  # how the 29 hang together the visits tell
    still_open = 5 + 1 + int((located["closed_on"].isna() | (located["state"] == "came_back")).sum())
    assert totals.loc[("all", "all"), ["problems_found", "problems_open"]].tolist() == [problems, still_open]


def test_a_sample_city_has_a_ledger_of_its_size() -> None:
    """A twentieth of the default city: a twentieth of its 3,651 households; no more problems than reports."""
    city = hn.synthetic.make_city(length_km=92.7, stations=4)
    ledger = problem_ledger(city.network, city.visits, city.faults, city.works, season=2025)
    totals = ledger.totals().loc[("all", "all")]
    assert totals["households_visited"] == round(3651 / 20)
    is_cold = city.visits["is_cold"].fillna(city.visits["room_temp_c"] < 18).astype(bool)
    cold = int((is_cold & (season_of(city.visits["visited_on"]) == 2025)).sum())
    reports = cold + int((season_of(city.faults["found_on"]) == 2025).sum())
    assert ledger["visits"].sum() + ledger["faults"].sum() == reports
    assert 0.05 * totals["households_visited"] < totals["problems_found"] <= reports
    assert 0 < totals["problems_solved"] < totals["problems_found"]


def test_what_somebody_is_curing_already_is_under_way() -> None:
    network = hn.Network(NODES, SEGMENTS)
    candidates = pd.DataFrame(
        {"asset_kind": "segment", "cold_household_hours": 5.0, "length_m": 400.0, "diameter_mm": 80.0},
        index=pd.Index(["b", "c"], name="asset_id"),
    )
    plan = hn.plan_cures(candidates, max_km=1.0, under_way=["b"])
    ledger = problem_ledger(network, visits_of(*ill_b()), plan=plan, season=2024)
    assert one(ledger, "asset")["state"] == "under_way"


def test_what_later_winters_tell_of_habits_moves_no_problem() -> None:
    """A home that is cold for the third winter is told by habit then; the first winter's row stays as it was."""
    later = [("C", f"{year}-12-20", True, None, None) for year in (2025, 2026)]
    first = [*ill_b(), ("C", "2024-12-20", True, None, None)]
    visits = visits_of(*first, *later)
    visits.loc[visits.index[len(first) - 1] :, "household_id"] = "same"
    network = hn.Network(NODES, SEGMENTS)
    alone = problem_ledger(network, visits[: len(first)], season=2024)
    assert problem_ledger(network, visits, season=2024).index.tolist() == alone.index.tolist()

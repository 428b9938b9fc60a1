"""What finished works leave of an impairment; faults, renewals and make-up water are tested with the history."""

import pandas as pd

from heatnet.history.placing import kept_share
from tests.consequence.test_durations import fleet


def works(*rows: tuple[str | None, str, str, float | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["asset_id", "done_on", "kind", "length_m"])
    return table.assign(work_id=[f"w{i}" for i in range(len(table))])


def kept(*rows: tuple[str | None, str, str, float | None]) -> list[float]:
    since, before = pd.Timestamp("2026-04-16"), pd.Timestamp("2026-10-15")
    return kept_share(fleet(), works(*rows), since=since, before=before).tolist()  # M, P, Q (100 m each), T


def test_cleaning_and_balancing_leave_half_of_an_impairment_and_a_repair_ends_nothing() -> None:
    day = "2026-07-01"
    assert kept(("M", day, "cleaning", None), ("P", day, "repair", None), ("T", day, "balancing", None)) == [
        0.5,
        1,
        1,
        0.5,
    ]
    twice = kept(("M", day, "cleaning", None), ("M", day, "cleaning", None), ("M", day, "renewal", 50.0))
    assert twice == [0.5 * 0.5 * 0.5, 1, 1, 1]


def test_a_renewal_ends_an_impairment_by_its_share_of_the_length() -> None:
    day = "2026-07-01"
    rows = [("M", day, "renewal", 30.0), ("M", day, "renewal", 20.0), ("P", day, "renewal", None)]
    assert kept(*rows, ("Q", day, "renewal", 130.0), ("T", day, "renewal", 5.0)) == [0.5, 0, 0, 0]


def test_works_before_the_evidence_or_after_the_season_began_change_nothing() -> None:
    early, late = ("M", "2026-04-15", "cleaning", None), ("P", "2026-10-15", "cleaning", None)
    assert kept(early, late, (None, "2026-07-01", "cleaning", None), ("gone", "2026-07-01", "renewal", None)) == [1] * 4
    assert kept(("M", "2026-04-16", "cleaning", None), ("P", "2026-10-14", "cleaning", None)) == [0.5, 0.5, 1, 1]
    ends = pd.Timestamp("2026-04-16"), pd.Timestamp("2026-10-15")
    assert kept_share(fleet(), None, since=ends[0], before=ends[1]).tolist() == [1] * 4

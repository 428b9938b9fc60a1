"""How far a plan can be trusted: how earlier forecasts did, how wide ranks range, what rests on guesses."""

from __future__ import annotations

import math

import pandas as pd

from heatnet.language import worded
from heatnet.report.sections.blocks import Column, Section, Sentences, SideBySide, Table
from heatnet.report.subject import Subject
from heatnet.report.words import shown, word
from heatnet.validation.backtesting import Backtest


def trust(subject: Subject) -> Section:
    """Return how far the plan can be trusted: backtest and calibration where there are, ranges of ranks, grades."""
    label = subject.label
    tables = (Sentences((label("no_backtest"),)),) if subject.backtest is None else _backtest(subject, subject.backtest)
    unknown = Sentences(tuple(subject.programme.sentences["unknown"]), title=label("unknown"))
    return Section(
        "trust",
        label("trust"),
        (*tables, SideBySide((_grades(subject),), (_caught(subject), unknown))),
        is_new_page=True,
    )


def guesses(subject: Subject) -> Section:
    """Return what the plan rests on: how many of its cures lack a fact, and what was assumed."""
    label = subject.label
    counted = tuple(said for said in _missing(subject) if said)
    assumed = tuple(worded(note, subject.language) for note in subject.assessment.notes)
    return Section(
        "guesses",
        label("guesses"),
        (
            SideBySide(
                (Sentences(counted, title=label("guesses_counted")),), (Sentences(assumed, title=label("assumptions")),)
            ),
        ),
    )


def _backtest(subject: Subject, result: Backtest) -> tuple[Sentences, SideBySide]:
    label, language = subject.label, subject.language
    total = result.scores.loc["all"]
    pairs = zip(result.capture.to_numpy(), result.standard_error.to_numpy(), strict=True)
    cells = [[f"{caught:.1%} ± {error:.1%}" for caught, error in zip(*row, strict=True)] for row in pairs]
    first, last = result.seasons[0], result.seasons[-1]
    observed = f"{total['observed']:,.0f}"
    heads = [Column(label("method"), "text"), *(Column(f"{share:.1%}", "number") for share in result.capture.columns)]
    rows = [(word(str(name), language), *row) for name, row in zip(result.capture.index, cells, strict=True)]
    seasons = label("one_season" if first == last else "seasons", first=first, last=last)
    said = label("backtest_caption", faults=observed, seasons=seasons)
    calibration = result.calibration
    held = [Column(label(key), "number") for key in ("group", "in_group", "expected", "observed", "observed_ratio")]
    groups = [
        (
            str(group),
            f"{row['assets']:,.0f}",
            f"{row['expected']:,.1f}",
            f"{row['observed']:,.0f}",
            _ratio(row["ratio"]),
        )
        for group, row in calibration.iterrows()
    ]
    expected = label("backtest_total", expected=f"{total['expected']:,.1f}", observed=observed)
    captured = Table(tuple(heads), tuple(rows), title=label("capture"))
    calibrated = Table(tuple(held), tuple(groups), title=label("calibration"))
    return (Sentences((said, expected), title=label("backtest")), SideBySide((captured,), (calibrated,)))


def _ratio(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


def _grades(subject: Subject) -> Table:
    """Return how many cures, metres and how much money stand in each grade, and how wide their ranks range."""
    label, language = subject.label, subject.language
    ranks = subject.ranking[["grade", "rank_low", "rank_high"]]
    cures = subject.plan.cures[
        ["length_m", "cost", "worth"] if subject.plan.request.has_worth else ["length_m", "cost"]
    ]
    rows = cures.join(ranks)
    found = []
    for grade, group in rows.groupby("grade", sort=True):
        km = f"{group['length_m'].sum() / 1000:,.2f}"
        money = [shown(group[name].sum(), "money", language) if name in group else "" for name in ("cost", "worth")]
        ranges = (f"{group[name].median():,.0f}" for name in ("rank_low", "rank_high"))
        found.append((str(grade), f"{len(group):,}", km, *money, " – ".join(ranges)))
    unit = label("money_unit")
    heads = (label("grade"), label("cure_count"), "km", f"{label('cost')} ({unit})", f"{label('worth')} ({unit})")
    columns = [Column(heads[0], "text"), *(Column(head, "number") for head in (*heads[1:], label("rank_range")))]
    return Table(tuple(columns), tuple(found), title=label("grades"))


def _caught(subject: Subject) -> Sentences:
    """Return which share of pipes, risk and faults the plan takes on."""
    ranking, chosen = subject.ranking, subject.ranking.index.isin(subject.plan.renewed.index)

    def share(name: str) -> str:
        values = pd.to_numeric(ranking[name]).fillna(0.0)
        total = float(values.sum())
        return f"{float(values[chosen].sum()) / total:.1%}" if total else "–"

    shares = {name: share(name) for name in ("length_m", "past_faults", "faults_mean", "risk")}
    return Sentences((subject.label("caught", **shares),), title=subject.label("caught_title"))


def _missing(subject: Subject) -> list[str]:
    """Return, for each fact that cures lack, a sentence that counts them; empty where none lacks it."""
    label = subject.label
    rows = subject.ranking.loc[subject.ranking.index.isin(subject.plan.cures.index)]
    pipes = rows[rows["asset_kind"] == "segment"]
    counts = {
        "laid": int(pipes["laid_year"].isna().sum()),
        "visits": int((rows["visits"] == 0).sum()),
        "faults": int((rows["past_faults"] == 0).sum()),
        "heat": int(pipes["heat_loss_w_m"].isna().sum()),
        "measure": int(rows["measure_first"].sum()),
        "group": int((rows["group_size"] > 1).sum()),
        "households": int(rows["is_guessed"].astype(bool).sum()),
    }
    said = [label(f"guess_{name}", count=count, all=len(rows)) for name, count in counts.items() if count]
    parts = {name: float(rows[name].sum()) for name in ("worth_faults", "worth_heat", "worth_cold")}
    total = math.fsum(parts.values())
    shares = {name: f"{part / total:.0%}" for name, part in parts.items()} if total > 0 else {}
    return [label("guess_parts", **shares), *said] if shares else said

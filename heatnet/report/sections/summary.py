"""The first page: what was asked, what comes of it, what holds it back, what became of every row, who signs."""

from __future__ import annotations

import pandas as pd

from heatnet.inventory.accounts import account_sentences
from heatnet.language import worded
from heatnet.report.sections.blocks import Block, FactLists, Figures, Section, Sentences, Signatures, fact_list
from heatnet.report.subject import Subject
from heatnet.report.words import shown


def summary(subject: Subject) -> Section:
    """Return the summary of a plan, to be signed."""
    content, language, label = subject.programme, subject.language, subject.label
    accounts = tuple(account_sentences(subject.accounts, language))
    said = Sentences(accounts, title=label("accounts"))
    warned = [worded(note, language) for note in subject.plan.notes]
    mostly = content.mostly_set_aside
    blocks: list[Block] = [
        *([Sentences(accounts[:mostly], is_warning=True)] if mostly else []),
        Figures(tuple(_figures(subject))),
        Sentences(tuple(warned), title=label("notes")),
        FactLists(
            (
                fact_list(label("result"), content.facts["result"], language),
                fact_list(label("asked"), content.facts["asked"], language),
            )
        ),
        Signatures(tuple(label(key) for key in ("prepared", "checked", "approved")), label("date")),
        *([said] if accounts else []),
    ]
    return Section("summary", label("summary"), tuple(blocks))


def _figures(subject: Subject) -> list[tuple[str, str]]:
    """Return the numbers that everybody looks for."""
    plan, language, label = subject.plan, subject.language, subject.label
    unit = label("money_unit")
    renewed = plan.renewed
    figures = [
        (f"{plan.km:,.2f} km", label("figure_km")),
        (f"{int((renewed['asset_kind'] == 'station').sum()):,}", label("figure_stations")),
        (f"{len(plan.jobs):,}", label("figure_jobs", cures=len(plan.cures))),
        (f"{shown(plan.cost, 'money', language)} {unit}", label("figure_cost")),
    ]
    if plan.request.has_worth:
        figures += [
            (f"{shown(plan.worth, 'money', language)} {unit}", label("figure_worth")),
            (f"{plan.paying_jobs:,}", label("figure_paying", jobs=len(plan.jobs))),
            (f"{_households(subject):,.0f}", label("figure_households")),
        ]
    unit = unit if plan.request.has_worth else label("hours_unit")
    bound = shown(plan.bound, "money" if plan.request.has_worth else "sum", language)
    return [*figures, (f"{bound} {unit}", label("figure_bound")), (f"{plan.gap:.2%}", label("gap"))]


def _households(subject: Subject) -> float:
    """Return the most homes behind a cure of each job, added up over the jobs that pay back; an upper bound."""
    jobs = subject.plan.jobs
    pays = jobs["worth"] > jobs["cost"]
    return float(pd.to_numeric(jobs["households"][pays]).sum())

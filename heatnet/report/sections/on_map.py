"""The map to work with on the screen, and the map of the city for paper."""

from __future__ import annotations

from heatnet.language import words
from heatnet.report.map_data import map_data
from heatnet.report.paper_maps import paper_map
from heatnet.report.sections.blocks import Block, Drawing, Look, MapView, Section, Sentences, Table, table_of
from heatnet.report.subject import Subject

_BESIDE = ("job_id", "place", "community", "measure", "length_m", "grade", "total_cost", "worth", "ratio")


def on_map(subject: Subject) -> Section | None:
    """Return the map with the table of jobs beside it; None where nothing has coordinates."""
    data, left_out = map_data(subject.assessment, subject.plan, subject.language, subject.told)
    if not data:
        return None
    label, language = subject.label, subject.language
    said = [label(key, count=count) for key, count in left_out.items() if count]
    drawing = paper_map(subject.network, subject.plan.cures, north=words("page", language)["north"])
    blocks: tuple[Block, ...] = (
        *([Sentences(tuple(said))] if said else []),
        MapView(data, words("page", language), jobs_beside(subject)),
        Drawing(drawing, label("map_caption"), is_paper_only=True),
    )
    return Section("map", label("map"), blocks, is_new_page=True)


def jobs_beside(subject: Subject) -> Table | None:
    """Return the table of jobs that stands beside the map; None where there are none."""
    sheet = next((sheet for sheet in subject.programme.sheets if sheet.key == "jobs"), None)
    if sheet is None:
        return None
    marks = [f"job:{job}" for job in sheet.table["job_id"]]
    return table_of(sheet.table, _BESIDE, subject.language, Look(key="jobs-beside", marks=marks))

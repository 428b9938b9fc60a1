"""A ranking or a plan as a map to work with in a notebook, without internet; needs the extra ``report``."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import checked_language, words
from heatnet.planning import Plan
from heatnet.report.map_data import map_data
from heatnet.report.page import rendered
from heatnet.report.sections.blocks import Block, MapView, Section, Sentences
from heatnet.report.sections.on_map import jobs_beside
from heatnet.report.subject import Subject
from heatnet.report.words import label


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapPage:
    """A map that a notebook shows in its cell, in a frame of its own; `save` writes it as a page.

    Attributes
    ----------
    html : str
        The page; it loads nothing.
    height : int
        Height of the frame, px.
    """

    html: str
    height: int = 860

    def __repr__(self) -> str:
        return f"MapPage({len(self.html) / 1e6:.1f} MB; show it in a notebook, or save(path))"

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.html)}" width="100%" height="{self.height}" style="border:0"></iframe>'

    def save(self, path: PathLike) -> None:
        """Write the page to a file, whole or not at all."""
        with whole_file(Path(path)) as stage:
            stage.write_text(self.html + "\n", encoding="utf-8", errors="replace", newline="\n")


def explored(assessment: Assessment, plan: Plan | None, language: str) -> MapPage:
    """Return the map of a ranking, with the jobs of a plan beside it where there is one.

    Raises
    ------
    HeatnetError
        No segment has coordinates, or heatnet has no words in the language.
    MissingExtraError
        jinja2 is not installed.
    """
    data, left_out = map_data(assessment, plan, checked_language(language))
    if not data:
        raise HeatnetError("No segment has coordinates at both ends: give the nodes x_m and y_m to see a map.")
    jobs = None if plan is None else jobs_beside(Subject(assessment, plan, language, assessment.accounts))
    said = tuple(label(key, language, count=count) for key, count in left_out.items() if count)
    blocks: tuple[Block, ...] = (*([Sentences(said)] if said else []), MapView(data, words("page", language), jobs))
    return MapPage(rendered([Section("map", "", blocks)], language))

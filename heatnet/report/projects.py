"""A plan as offices publish it: projects with place, content, people served and money, and a justification for each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.report.places import street_names
from heatnet.report.privacy import told_count
from heatnet.report.programme import Sheet, company_of
from heatnet.report.shutdowns import Shutdowns
from heatnet.report.subject import Subject
from heatnet.report.words import shown, word

OTHER_OWNER = "※"
FORM = (
    *("number", "project", "location", "content", "length_m", "sizes", "served", "area", "investment"),
    *("fund", "owner_of", "contractor", "deadline", "acceptance", "grade", "job_id"),
)
_PROOF = ("number", "project", "problem_said", "evidence", "content", "effect", "otherwise", "investment", "job_id")
_MAY_LACK = ("grade", "job_id", "served", "area", "sizes", "length_m")


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """One line of an office's list: a job, or cures without a trench of one kind in one place.

    Attributes
    ----------
    job_id : str or None
        The job; None: no trench is opened.
    rows : array of int
        Its cures, by their place in the order of the work.
    columns : mapping of str to array
        What is known of all cures, by name.
    """

    job_id: str | None
    rows: Ints
    columns: Mapping[str, Any]

    def values(self, name: str) -> list[Any]:
        """Return the values of a column that are known."""
        return [value for value in self.columns[name][self.rows].tolist() if not pd.isna(value)]

    def most(self, name: str) -> float:
        """Return the greatest known value of a column, NaN where there is none."""
        return max(self.values(name), default=math.nan)

    def total(self, name: str) -> float:
        """Return the sum of a column."""
        return math.fsum(self.values(name))

    def joined(self, name: str) -> str:
        """Return the words of a column, each once."""
        return ", ".join(sorted({str(value) for value in self.values(name)}))

    @property
    def pipes(self) -> Ints:
        """The rows of its segments."""
        found: Ints = self.rows[self.columns["asset_kind"][self.rows] == "segment"]
        return found


_OF_CURES = ("asset_kind", "measure", "community", "fund", "length_m", "diameter_mm", "cost")
_OF_RANKING = (
    *("worth", "worth_faults", "worth_heat", "worth_cold", "risk", "rank", "grade", "laid_year", "past_faults"),
    *("past_seasons", "visits", "cold_visits", "faults_mean", "chronic_hours", "households_lost", "households_behind"),
)


@dataclass(frozen=True, eq=False)
class Projects:
    """The projects of a plan, in the order of the work, those without a trench last."""

    subject: Subject

    @cached_property
    def columns(self) -> dict[str, Any]:
        """What is known of all cures, in the order of the work: arrays by name."""
        subject, cures = self.subject, self.subject.cures
        told = subject.ranking[list(_OF_RANKING)].reindex(cures.index)
        if "worth" in cures:
            told["worth"] = cures["worth"]
        asked = subject.plan.request.table
        owners = dict(zip(asked["asset_id"], asked["owner"], strict=True)) if "owner" in asked else {}
        return {
            **{name: cures[name].to_numpy() for name in _OF_CURES},
            **{name: told[name].to_numpy() for name in _OF_RANKING},
            "owner": np.array([owners.get(asset) for asset in cures.index], dtype=object),
            "place": subject.places.reindex(cures.index).to_numpy(dtype=object),
            "area": self.shutdowns.area_behind().reindex(cures.index).to_numpy(dtype=np.float64),
            "position": subject.network.asset_positions(cures.index),
        }

    @cached_property
    def items(self) -> list[Project]:
        """The projects."""
        rows_of: dict[tuple[str | None, str, str], list[int]] = {}
        rows = zip(
            self.subject.cures["job_id"].tolist(), self.columns["place"], self.columns["measure"].tolist(), strict=True
        )
        for at, (job, place, measure) in enumerate(rows):
            key = (None, str(place), str(measure)) if pd.isna(job) else (str(job), "", "")
            rows_of.setdefault(key, []).append(at)
        ordered = sorted(rows_of.items(), key=lambda item: item[0][0] is None)
        return [Project(job, np.array(found, dtype=np.int64), self.columns) for (job, _, _), found in ordered]

    @cached_property
    def shutdowns(self) -> Shutdowns:
        """Sections, valves, buildings behind."""
        return Shutdowns(self.subject.network)

    @cached_property
    def _streets(self) -> list[set[str]]:
        return street_names(self.subject.network)

    @cached_property
    def _nodes(self) -> pd.DataFrame:
        return self.subject.network.nodes

    @cached_property
    def _node_names(self) -> list[Any]:
        return self._nodes["name"].tolist()

    @cached_property
    def places(self) -> Floats:
        """X and y of each node, m."""
        return self._nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)

    @cached_property
    def communities(self) -> Any:
        """The community of each node."""
        return self._nodes["community"].to_numpy(dtype=object)

    @cached_property
    def house_names(self) -> list[str]:
        """The name of each node, its id where it has none."""
        ids = self.subject.network.node_ids.tolist()
        return [str(one) if pd.isna(name) else str(name) for one, name in zip(ids, self._node_names, strict=True)]

    def positions(self, project: Project) -> Ints:
        """Return the positions of a project's assets."""
        found: Ints = self.columns["position"][project.rows]
        return found

    def ends(self, project: Project) -> list[int]:
        """Return the nodes at which a project's pipes end, as they are met along its cures; a station's own node."""
        network = self.subject.network
        assets = self.positions(project)
        pipes = assets[(assets >= 0) & (assets < network.n_segments)]
        if not len(pipes):
            stations = assets[assets >= network.n_segments] - network.n_segments
            return [int(node) for node in network.station_nodes[stations]]
        nodes = np.stack([network.from_node[pipes], network.to_node[pipes]], axis=1).reshape(-1).tolist()
        ends = [node for node in dict.fromkeys(nodes) if nodes.count(node) == 1]
        return ends or nodes[:1]

    def end_words(self, project: Project, node: int, *, with_id: bool = False) -> str:
        """Return what people call an end of a project: a name, the street that meets its own there, else the id."""
        one, name = str(self.subject.network.node_ids[node]), self._node_names[node]
        own = {str(place) for place in project.values("place")}
        others = sorted(self._streets[node] - own)
        said = self.subject.label("crossing", street=others[0]) if others else one
        said = said if pd.isna(name) else str(name)
        return f"{said} {one}" if with_id and said != one else said

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per project, with the columns of the form and of the justification."""
        company = company_of(self.subject.assessment)
        rows = [self._row(project, company) for project in self.items]
        names = list(dict.fromkeys((*FORM, *_PROOF)))
        table = pd.DataFrame(rows, columns=[name for name in names if name != "number"], dtype=object)
        return table.assign(number=range(1, len(table) + 1))

    @cached_property
    def _jobs(self) -> dict[str, tuple[float, Any]]:
        """Money and last day of each job."""
        jobs = self.subject.plan.jobs
        return dict(zip(jobs.index, zip(jobs["cost"].tolist(), jobs["end_on"].tolist(), strict=True), strict=True))

    def _row(self, project: Project, company: str | None) -> dict[str, Any]:
        households, behind = project.most("households_behind"), project.most("area")
        money, end_on = self._jobs.get(project.job_id or "", (project.total("cost"), None))
        owners = project.joined("owner").split(", ") if project.values("owner") else []
        row = {
            "project": self._name(project),
            "location": self._location(project),
            "content": self._content(project),
            "length_m": math.fsum(self.columns["length_m"][project.pipes].tolist()) or None,
            "sizes": self._diameters(project.pipes),
            "served": None if math.isnan(households) else round(households),
            "area": behind / 10_000.0 if behind > 0 else None,
            "investment": money,
            "fund": project.joined("fund") or None,
            "owner_of": ", ".join(name if name == company else f"{OTHER_OWNER}{name}" for name in owners) or None,
            "deadline": self._deadline(end_on),
            "grade": min(project.values("grade"), default=None),
            "job_id": project.job_id,
        }
        return {**row, **self._proof(project, money)}

    def _name(self, project: Project) -> str:
        measure, place = str(project.values("measure")[0]), str(project.values("place")[0])
        soft = {"clean": "name_clean", "balance": "name_balance", "valve": "name_valve"}
        kind = "name_pipe" if len(project.pipes) else "name_station"
        return self.subject.label(soft.get(measure, kind), place=place)

    def _location(self, project: Project) -> str:
        community = project.joined("community") or self.subject.label("outside")
        ends = [] if project.job_id is None else [self.end_words(project, node) for node in self.ends(project)]
        if len(ends) < 2:
            return community
        return self.subject.label("from_to", community=community, first=ends[0], last=ends[-1])

    def _content(self, project: Project) -> str:
        label, parts = self.subject.label, []
        measures, pipes = self.columns["measure"], project.pipes
        for measure in sorted(set(project.values("measure"))):
            said = word(str(measure), self.subject.language)
            mine = pipes[measures[pipes] == measure]
            if len(mine):
                metres = f"{math.fsum(self.columns['length_m'][mine].tolist()):,.0f}"
                sizes = self._diameters(mine) or ""
                parts.append(label("content_pipes", measure=said, sizes=sizes, metres=metres, pieces=len(mine)))
            stations = int((measures[project.rows] == measure).sum()) - len(mine)
            if stations:
                parts.append(label("content_stations", measure=said, count=stations))
        return label("content_join").join(parts)

    def _diameters(self, rows: Ints) -> str | None:
        sizes: Floats = self.columns["diameter_mm"][rows].astype(np.float64)
        known = sizes[~np.isnan(sizes)]
        if not len(known):
            return None
        least, most = known.min(), known.max()
        return f"DN{least:g}" if least == most else f"DN{least:g}–{most:g}"

    def _deadline(self, end_on: Any) -> str:
        if end_on is not None and not pd.isna(end_on):
            return f"{end_on:%Y-%m-%d}"
        assessment = self.subject.assessment
        return self.subject.label("before", day=f"{assessment.season}-{assessment.settings.heating_from}")

    def _proof(self, project: Project, money: float) -> dict[str, str]:
        """Return why a project is asked for, in sentences for those who pay."""
        label, language = self.subject.label, self.subject.language
        parts = {name: project.total(f"worth_{name}") for name in ("faults", "heat", "cold")}
        problem = word(max(parts, key=lambda name: parts[name]), language) if max(parts.values()) > 0 else ""
        visits, worth = project.most("visits"), project.total("worth")
        known = {
            "faults": round(project.total("past_faults")),
            "seasons": _whole(project.most("past_seasons")),
            "visits": _whole(visits),
            "cold": told_count(project.most("cold_visits"), language),
            "rank": _whole(min(project.values("rank"), default=math.nan)),
        }
        effect = {"worth": shown(worth, "money", language), "ratio": f"{worth / money:.2f}" if money else "–"}
        saved = {
            "risk": shown(project.total("risk"), "money", language),
            "faults": f"{project.total('faults_mean'):.2f}",
            "lost": _whole(project.most("households_lost")),
            "cold": f"{project.total('chronic_hours'):,.0f}",
        }
        unit = label("money_unit")
        return {
            "problem_said": label("proof_problem", problem=problem, years=self._years(project)),
            "evidence": label("proof_evidence" if visits > 0 else "proof_unvisited", **known),
            "effect": label("proof_effect", unit=unit, **effect),
            "otherwise": label("proof_otherwise", unit=unit, **saved),
        }

    def _years(self, project: Project) -> str:
        laid = project.values("laid_year")
        if not laid:
            return self.subject.label("proof_unknown")
        least, most = min(laid), max(laid)
        return f"{least:.0f}" if least == most else f"{least:.0f}–{most:.0f}"

    def sheets(self) -> list[Sheet]:
        """Return the sheets of an office: all projects, those of each grade, why each is asked for."""
        label, table = self.subject.label, self.table
        if not len(table):
            return []
        found = [self._sheet("projects", label("projects_caption", mark=OTHER_OWNER), table, FORM)]
        for grade, rows in table.groupby("grade", sort=True):
            caption = label("grade_caption", grade=grade, count=len(rows), all=len(table))
            rows = rows.assign(number=range(1, len(rows) + 1))
            found.append(self._sheet(f"grade_{grade}", caption, rows, FORM, title=label("grade_list", grade=grade)))
        found.append(self._sheet("proof", label("proof_caption"), table, _PROOF))
        return found

    def _sheet(
        self, key: str, caption: str, table: pd.DataFrame, names: Iterable[str], title: str | None = None
    ) -> Sheet:
        kept = [name for name in names if name not in _MAY_LACK or table[name].notna().any()]
        totals: dict[str, float] = {
            name: float(pd.to_numeric(table[name]).sum()) for name in ("length_m", "investment") if name in kept
        }
        return Sheet(key, title or self.subject.label(key), caption, table[kept], totals)


def _whole(count: float) -> str:
    """Return a number without decimals, 0 where nobody knows."""
    return "0" if math.isnan(count) else f"{count:,.0f}"

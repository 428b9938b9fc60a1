"""The doctor's page: where what is doubtful lies, what to do, and what it does to the ranking; one offline file."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Truths
from heatnet.doctor.rules import rule_table
from heatnet.inventory import Inventory
from heatnet.inventory.accounts import account_sentences
from heatnet.inventory.staging import whole_file
from heatnet.language import note, worded
from heatnet.network import Network
from heatnet.report.effects import named_assets

WIDTH = 900.0
_COLOURS = {"error": "#c0392b", "warning": "#d68910", "note": "#2471a3"}
_STYLE = (
    "body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}svg{width:100%;height:auto}"
    "td,th{border-bottom:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}"
)


def write_check_page(
    inventory: Inventory, findings: pd.DataFrame, effect: pd.DataFrame | None, path: Path, *, language: str = "en"
) -> None:
    """Write what is doubtful in an inventory as one HTML file that loads nothing.

    Parameters
    ----------
    inventory : Inventory
        What was checked.
    findings : DataFrame
        What was found.
    effect : DataFrame or None
        What `effects` returns; None: nothing could be ranked.
    path : Path
        The file.
    language : str
        One of `heatnet.language.languages`.

    Raises
    ------
    HeatnetError
        The file cannot be written.
    """

    def say(key: str) -> str:
        return escape(worded(note(f"report.check_{key}"), language))

    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{say("title")}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{say('title')}</h1>",
        "".join(f"<p>{escape(line)}</p>" for line in account_sentences(inventory.accounts, language)),
        f"<h2>{say('where')}</h2>{_map(inventory, findings)}",
        f"<h2>{say('rules')}</h2>{_rules(findings, effect, language)}",
        "</body></html>\n",
    ]
    with whole_file(path) as stage:
        stage.write_text("".join(parts), encoding="utf-8", errors="replace", newline="\n")


def _rules(findings: pd.DataFrame, effect: pd.DataFrame | None, language: str) -> str:
    words = rule_table(language)
    titles = ("rule", "count", "meaning", "remedy", "share", "changed")
    heads = "".join(f"<th>{escape(worded(note(f'report.check_{title}'), language))}</th>" for title in titles)
    lines = []
    for (severity, rule), rows in findings.groupby(["severity", "rule"], sort=False):
        known = str(rule) in words.index
        about = words.at[rule, "explanation"] if known else rows["message"].iloc[0]
        ids = ", ".join(sorted(one for one in rows["row_id"] if one)[:5])
        cells = (
            f'<b style="color:{_COLOURS[str(severity)]}">{escape(str(rule))}</b>',
            f"{len(rows)}<br><small>{escape(ids)}</small>",
            escape(str(about)),
            escape(str(words.at[rule, "remedy"])) if known else "",
            *_effect_cells(str(rule), effect, language),
        )
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return f"<table><tr>{heads}</tr>{''.join(lines)}</table>"


def _effect_cells(rule: str, effect: pd.DataFrame | None, language: str) -> tuple[str, str]:
    if effect is None or rule not in effect.index:
        return "", ""
    share, best, worth = (float(effect[name][rule]) for name in ("worth_share", "best_changed", "worth_change"))
    if np.isnan(best):
        return f"{share:.1%}", ""
    return f"{share:.1%}", escape(worded(note("report.check_recomputed", best=int(best), worth=worth), language))


def _map(inventory: Inventory, findings: pd.DataFrame) -> str:
    """Return the network as lines, what findings name in their colours, the worst on top."""
    network = inventory.network
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    known: Truths = np.isfinite(place).all(axis=1)
    if not known.any():
        return ""
    low, high = place[known].min(axis=0), place[known].max(axis=0)
    scale = (WIDTH - 20.0) / max(float((high - low).max()), 1.0)
    xy = np.round(np.column_stack([(place - low)[:, 0], (high - place)[:, 1]]) * scale + 10.0, 1)
    size = np.round((high - low) * scale + 20.0, 1)
    marks = [_lines(network, xy, known, None, "#bbb", 1.0)]
    for severity in ("note", "warning", "error"):
        rows = findings[findings["severity"] == severity]
        marks.append(_lines(network, xy, known, set(named_assets(inventory, rows)), _COLOURS[severity], 2.5))
        nodes = network.node_positions(rows["row_id"][rows["table"] == "nodes"])
        marks += [
            f'<circle cx="{xy[node, 0]}" cy="{xy[node, 1]}" r="4" fill="{_COLOURS[severity]}">'
            f"<title>{escape(str(network.node_ids[node]))}</title></circle>"
            for node in sorted(set(nodes.tolist()))
            if node >= 0 and known[node]
        ]
    return f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img">{"".join(marks)}</svg>'


def _lines(network: Network, xy: Floats, known: Truths, only: set[str] | None, colour: str, width: float) -> str:
    a, b = network.from_node, network.to_node
    shown = known[a] & known[b]
    if only is not None:
        shown &= network.segment_ids.isin(sorted(only))
    ends = np.column_stack([xy[a[shown]], xy[b[shown]]]).tolist()
    course = "".join(f"M{x1:g} {y1:g}L{x2:g} {y2:g}" for x1, y1, x2, y2 in ends)
    return f'<path d="{course}" stroke="{colour}" stroke-width="{width:g}" fill="none"/>' if course else ""

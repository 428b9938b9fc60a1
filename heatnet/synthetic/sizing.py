"""Diameters of a drawn city: each pipe for the flow of the homes behind it, at an even loss of head.

With the flow q in m3/s and the slope S in m of head per m of pipe, a rough steel pipe (0.5 mm, Shifrinson) needs

    D = (8 * 0.11 * k^0.25 * q^2 / (pi^2 * 9.81 * S))^(1/5.25)

so mains of a large city run at about 2 m/s and yard pipes at about half a metre per second. A stretch of ring main that
no shortest way uses is there for the day on which another is out: it carries a share of what passes its ends.
"""

from __future__ import annotations

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.synthetic.pipes import FEED, MAIN, SERVICE, TIE, Pipes

_PRIMARY_DN = np.array([200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1200, 1400], dtype=np.float64)
_SECONDARY_DN = np.array([40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600], dtype=np.float64)
_LEAST_MAIN_DN = 350.0
_DELTA_T_K = {"primary": 50.0, "secondary": 15.0}
_SLOPE = {"primary": 0.003, "secondary": 0.005}
_RESERVE_SHARE = 0.35
_ROUGHNESS_M = 0.0005


def sized_diameters(pipes: Pipes, segment_kw: Floats, entering: Ints) -> Floats:
    """Return the nominal diameter of each segment in mm.

    Parameters
    ----------
    pipes : Pipes
        Nodes and segments.
    segment_kw : array of float
        Per segment: load of the homes whose shortest way leads through it, 0 where none does.
    entering : array of int
        Per node: the segment by which heat comes in, -1 at sources.
    """
    is_main = (pipes.role == MAIN) | (pipes.role == FEED)
    kw = segment_kw.copy()
    spare = np.flatnonzero((is_main | (pipes.role == TIE)) & (kw <= 0.0))
    ends = entering[np.stack([pipes.from_node[spare], pipes.to_node[spare]])]
    kw[spare] = _RESERVE_SHARE * np.where(ends >= 0, segment_kw[ends], 0.0).max(axis=0, initial=0.0)
    primary = _nominal(_PRIMARY_DN, kw, "primary")
    primary = np.where(is_main, np.maximum(primary, _LEAST_MAIN_DN), primary)
    return np.where(pipes.role <= SERVICE, primary, _nominal(_SECONDARY_DN, kw, "secondary"))


def _nominal(diameters_mm: Floats, kw: Floats, level: str) -> Floats:
    """Return the least nominal diameter that is wide enough, the largest where none is."""
    flow = kw / (4.19 * 1000.0 * _DELTA_T_K[level])
    wide = 0.11 * 8.0 * _ROUGHNESS_M**0.25 * flow**2 / (np.pi**2 * 9.81 * _SLOPE[level])
    wanted_mm = 1000.0 * wide ** (1.0 / 5.25)
    place = np.minimum(np.searchsorted(diameters_mm, 0.97 * wanted_mm), len(diameters_mm) - 1)
    chosen: Floats = diameters_mm[place]
    return chosen

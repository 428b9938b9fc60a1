"""heatnet starts with its core dependencies only."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import heatnet as hn

EXTRAS = {
    "bokeh",
    "dask",
    "distributed",
    "geopandas",
    "jinja2",
    "matplotlib",
    "openpyxl",
    "pyarrow",
    "pyogrio",
    "shapely",
    "six",
    "wntr",
}


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in memory after a statement in a fresh interpreter."""
    code = f"{statement}\nimport json, sys; print(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return set(json.loads(told))


def test_importing_heatnet_loads_no_extra_that_its_core_dependencies_do_not_load_themselves() -> None:
    core = loaded_by("import click, networkx, numpy, pandas, scipy.optimize, scipy.sparse.csgraph, scipy.spatial, tqdm")
    assert (loaded_by("import heatnet, heatnet.cli") & EXTRAS) <= core


def test_every_public_name_is_documented() -> None:
    undocumented = [name for name in hn.__all__ if not (getattr(hn, name).__doc__ or "").strip()]
    assert undocumented == []


def test_without_parquet_scores_name_the_extra_before_any_work(fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[parquet\]"):
        list(hn.score([fixtures / "tree"]))

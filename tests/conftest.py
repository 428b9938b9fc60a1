"""What several test modules share: where the fixtures lie; no example of hypothesis hangs on the clock.

A test that comes to a door whose optional package is not installed is skipped, and says which. A package that heatnet
misses without saying so (`MissingExtraError`) is a fault.
"""

from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_tb

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
PACKAGES = {
    "excel": ("openpyxl", "python_calamine"),
    "parquet": ("pyarrow",),
    "report": ("jinja2",),
    "plot": ("matplotlib",),
    "epanet": ("wntr", "six"),
    "geo": ("geopandas", "pyogrio", "pyproj", "shapely"),
    "database": ("sqlalchemy", "psycopg"),
    "cluster": ("dask", "distributed"),
}

hypothesis.settings.register_profile("heatnet", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("heatnet")


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


def _absent(error: ImportError) -> str:
    """Return the optional package that is not installed and for want of which this was raised, empty for none."""
    extra = getattr(error, "extra", "")
    if not extra and _is_ours(error):
        return ""
    needed = PACKAGES.get(extra, ()) if extra else (str(error.name).partition(".")[0],)
    known = {name for names in PACKAGES.values() for name in names}
    return next((name for name in needed if name in known and find_spec(name) is None), "")


def _is_ours(error: ImportError) -> bool:
    """Return whether heatnet asked for what is missing, or a package that heatnet had called."""
    files = [Path(frame.f_code.co_filename) for frame, _ in walk_tb(error.__traceback__)]
    houses = [folder for file in files for folder in ("heatnet", "tests") if (ROOT / folder) in file.parents]
    return houses[-1:] == ["heatnet"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _skipping())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _skipping())


def _skipping() -> Generator[None, object, object]:
    try:
        return (yield)
    except ImportError as error:
        if package := _absent(error):
            pytest.skip(f"{package} is not installed")
        raise

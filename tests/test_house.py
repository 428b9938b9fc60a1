"""How the house is built: small functions, few parameters, a public face that shows what it promises."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

import heatnet

MOST_LINES, MOST_PARAMETERS, MOST_BRANCHES = 60, 8, 10
BY_CONTRACT = {  # signatures that CONTRACT.md, section 7, spells out
    "assess",
    "backtest",
    "check_plan",
    "clean_visits",
    "cold_hours",
    "locate_faults",
    "plan_cures",
    "plan_frontier",
    "plan_years",
    "visit_findings",
    "reliability",
    "replan",
}
_BRANCHES = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.match_case)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function, list[str]]]:
    """Every function of heatnet with where it stands and the lines of its file."""
    root = Path(heatnet.__file__).parent
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, Function):
                yield f"{path.relative_to(root)}:{node.name}", node, text.splitlines()


def lines_of_code(function: Function, lines: list[str]) -> int:
    """Lines of the body without the docstring, blank lines and comments."""
    has_docstring = ast.get_docstring(function) is not None and len(function.body) > 1
    first = function.body[int(has_docstring)].lineno
    assert function.end_lineno is not None
    body = (line.strip() for line in lines[first - 1 : function.end_lineno])
    return sum(1 for line in body if line and not line.startswith("#"))


def parameters(function: Function) -> int:
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)


def branches(function: Function) -> int:
    """McCabe's count: one way through, and one more for each branch; nested functions are counted with their own."""
    waiting, count = list(function.body), 1
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function | ast.Lambda):
            continue
        count += isinstance(node, _BRANCHES)
        waiting += list(ast.iter_child_nodes(node))
    return count


@pytest.mark.parametrize(
    ("measure", "most"),
    [
        (lines_of_code, MOST_LINES),
        (lambda f, _: parameters(f), MOST_PARAMETERS),
        (lambda f, _: branches(f), MOST_BRANCHES),
    ],
    ids=["lines of code", "parameters", "branches"],
)
def test_no_function_is_too_large(measure, most):
    large = {where for where, function, lines in functions() if measure(function, lines) > most}
    if most == MOST_PARAMETERS:
        large = {where for where in large if where.rpartition(":")[2] not in BY_CONTRACT}
    assert not large


def test_the_measures_count_as_they_say() -> None:
    text = '''
def one(a, *, b):
    """Docstring."""
    # comment

    for x in a:
        if x:
            return b
    return [y for y in a]
'''
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    assert lines_of_code(function, text.splitlines()) == 4
    assert parameters(function) == 2
    assert branches(function) == 3


def names(text: str) -> set[str]:
    return set(text.split())


PROMISED = names(  # CONTRACT.md, section 7
    """
    Assessment Backtest FailureModel HeatnetError History InfeasiblePlanError Inventory Location Network Plan PlanRules
    Prices Settings Summer Values assess asset_seasons backtest check_faults check_inventory check_network check_plan
    check_visits clean_visits cold_hours compare critical_pairs cure_effect explain explain_location fit_failure_model
    from_epanet from_pandapipes isolation_sections locate_faults outage_supply outage_time persistence plan_changes
    plan_cures plan_from_tables plan_frontier plan_years plot problem_ledger read_assessment read_digs read_faults
    read_inventory read_makeup read_network read_plan read_settings read_visits read_works reinforcements reliability
    replan score steady_flow suggest_visits supply_loss supply_path synthetic valve_value visit_findings
    write_assessment write_gis write_inventory write_plan write_report
    """
)
REASONED = {  # beyond the contract, each with its line in the CHANGELOG
    "CureEffect",
    "Explanation",
    "LocationExplanation",
    "MissingExtraError",
    "MissingFileError",
    "NetworkScore",
    "ProblemLedger",
    "SteadyFlow",
    "examples",
}


def test_the_face_shows_what_is_promised_and_nothing_else() -> None:
    shown = {name for name in dir(heatnet) if not name.startswith("_")}
    assert shown == set(heatnet.__all__)
    assert list(heatnet.__all__) == sorted(heatnet.__all__)
    assert shown <= PROMISED | REASONED
    for name in shown:
        assert getattr(heatnet, name) is not None


def test_no_two_public_names_are_one_class_and_no_module_is_named_like_a_public_function() -> None:
    things = [getattr(heatnet, name) for name in heatnet.__all__]
    assert len({id(thing) for thing in things}) == len(things)
    assert all(thing.__name__ == name for thing, name in zip(things, heatnet.__all__, strict=True) if callable(thing))
    root = Path(heatnet.__file__).parent
    modules = {path.stem for path in root.rglob("*.py")} | {path.parent.name for path in root.rglob("__init__.py")}
    functions = {name for name in heatnet.__all__ if inspect.isfunction(getattr(heatnet, name))}
    assert not modules & functions


def examples_of(thing: object) -> list[str]:
    """Lines of the docstring that doctest runs."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    return [line for line in lines if line.lstrip().startswith(">>>") and "+SKIP" not in line]


def test_every_public_function_has_an_example_that_runs() -> None:
    lacking = {
        name
        for name in heatnet.__all__
        if inspect.isfunction(getattr(heatnet, name)) and not examples_of(getattr(heatnet, name))
    }
    assert not lacking


def test_the_architecture_page_names_every_room() -> None:
    root = Path(heatnet.__file__).parent
    page = (root.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    for room in sorted(path.parent.name for path in root.glob("*/__init__.py")):
        assert f"`{room}`" in page, room


def test_version_citation_and_changelog_agree() -> None:
    root = Path(heatnet.__file__).parents[1]
    assert f"\nversion: {heatnet.__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {heatnet.__version__}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def imports() -> dict[str, set[str]]:
    """The modules of heatnet that each module imports, inside functions and for types alone too."""
    root = Path(heatnet.__file__).parent
    paths = {}
    for path in root.rglob("*.py"):
        parts = ("heatnet", *path.relative_to(root).with_suffix("").parts)
        paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    found: dict[str, set[str]] = {}
    for name, path in paths.items():
        asked = found.setdefault(name, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                asked |= {alias.name for alias in node.names} & paths.keys()
            elif isinstance(node, ast.ImportFrom) and node.module in paths:
                whole = {f"{node.module}.{alias.name}" for alias in node.names}
                asked |= whole & paths.keys() if whole & paths.keys() else {node.module}
    return {name: asked - {name, "heatnet"} for name, asked in found.items()}


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = networkx.DiGraph([(name, other) for name, others in imports().items() for other in others])
    circles = [sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1]
    assert not circles


def pages() -> dict[str, str]:
    """README, CONTRIBUTING and every page of the docs."""
    root = Path(heatnet.__file__).parents[1]
    files = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]
    return {
        path.name if path.parent == root else f"docs/{path.name}": path.read_text(encoding="utf-8") for path in files
    }


def test_pages_name_only_what_there_is() -> None:
    shown = set(dir(heatnet)) | {"language"}
    for name, text in pages().items():
        assert set(re.findall(r"\bhn\.(\w+)", text)) <= shown, name
        for statement in re.findall(r"^from (heatnet[\w.]*) import (.+)$", text, re.MULTILINE):
            module = importlib.import_module(statement[0])
            for thing in statement[1].split(","):
                assert hasattr(module, thing.strip()), f"{name}: {statement}"


def test_every_page_of_the_docs_is_in_their_list() -> None:
    root = Path(heatnet.__file__).parents[1]
    listed = set(re.findall(r"\((\w+\.md)\)", pages()["docs/README.md"]))
    assert listed == {path.name for path in (root / "docs").glob("*.md")} - {"README.md"}


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    """Say "Return ..." where something comes back; a noun would begin the docstring of a class or a property."""
    nouns = re.compile(
        r"(What|Whether|How|Which|Those|The|A|An|One|First|Last|Best|Number|Share|Hours|Households|Days|Rows|Jobs|"
        r"Faults|Position|Probability|Availability|Room|Daily|Expected|Logarithm|Shape|Factor|Class|Classes)\b"
    )
    properties = {"property", "cached_property"}
    wrong = {
        where
        for where, function, _ in functions()
        if not properties & {getattr(mark, "id", getattr(mark, "attr", "")) for mark in function.decorator_list}
        and nouns.match(ast.get_docstring(function) or "")
    }
    assert not wrong


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("import heatnet", {"numpy", "pandas", "scipy", "networkx", "click", "tqdm"}),
        (
            "import heatnet; heatnet.assess",
            {"networkx", "scipy.optimize", "scipy.stats", "openpyxl", "jinja2", "click"},
        ),
        ("import heatnet.cli.commands", {"scipy.stats", "openpyxl", "jinja2", "geopandas", "bokeh", "matplotlib"}),
    ],
)
def test_nothing_is_imported_that_is_not_needed(imported, absent):
    said = subprocess.run(
        [sys.executable, "-c", f"import sys\n{imported}\nprint(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert absent.isdisjoint(said.stdout.split())

"""How the house is built: small functions, few parameters, a public face that shows what it promises."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import heatnet

MOST_LINES, MOST_PARAMETERS, MOST_BRANCHES = 60, 8, 10
BY_CONTRACT = {  # signatures that CONTRACT.md, section 7, spells out
    "assess",
    "backtest",
    "check_plan",
    "cold_hours",
    "locate_faults",
    "plan_cures",
    "plan_frontier",
    "plan_years",
    "reliability",
    "replan",
}
BEING_REBUILT = {
    "planning/choice.py:solve",
    "planning/model.py:_rows",
    "planning/model.py:build_model",
    "schema/conforming.py:conform_leniently",
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
    assert not large - BEING_REBUILT


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

"""House rules that a reader could check by hand, checked by machine."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import LAYERS, ROOT, Function, functions, modules, within

MOST_LINES_A_FILE = 400
MOST_LINES_A_FUNCTION = 70
MONEY_LAYERS = ("schemas", "terms", "workflows", "activities")
CLOCK = "runtime/clock.py"
ASKS_THE_TIME = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}


def dotted(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted(value)}.{attribute}"
    return ""


def test_only_the_clock_asks_the_time() -> None:
    wrong = []
    for module, node in within(*LAYERS, "worker"):
        if isinstance(node, ast.Call):
            owner, _, name = dotted(node.func).rpartition(".")
            if name in ASKS_THE_TIME and owner.rpartition(".")[2] in CLOCK_OWNERS and module.name != CLOCK:
                wrong.append(f"{module.at(node)} {owner}.{name}()")
    assert not wrong


def test_no_binary_floating_point_near_money() -> None:
    """Seconds of a mail server's patience may be floats; amounts, rates and counts never."""
    wrong = [
        module.at(node)
        for module, node in within(*MONEY_LAYERS)
        if (isinstance(node, ast.Call) and dotted(node.func) == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert not wrong


def test_a_float_is_named_after_its_seconds() -> None:
    wrong = [
        f"{module.at(node)} {dotted(node.target)}"
        for module, node in within(*MONEY_LAYERS)
        if isinstance(node, ast.AnnAssign)
        and dotted(node.annotation) == "float"
        and not dotted(node.target).endswith("_seconds")
    ]
    assert not wrong


@pytest.mark.parametrize("call", ["execute_activity", "start_activity", "execute_local_activity"])
def test_every_activity_has_timeouts(call: str) -> None:
    wrong = []
    for module, node in within("workflows"):
        if isinstance(node, ast.Call) and dotted(node.func).endswith(f".{call}"):
            given = {keyword.arg for keyword in node.keywords}
            if not {"start_to_close_timeout", "schedule_to_close_timeout"} <= given:
                wrong.append(module.at(node))
    assert not wrong


def test_activities_are_run_in_one_place() -> None:
    assert [
        module.name
        for module, node in within("workflows")
        if isinstance(node, ast.Call) and dotted(node.func) == "workflow.execute_activity"
    ] == ["workflows/insisting.py"]


def test_files_are_short() -> None:
    lines = {module.name: module.text.count("\n") for module in modules()}
    assert {name: count for name, count in lines.items() if count >= MOST_LINES_A_FILE} == {}


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_functions_are_short() -> None:
    long = {f"{module.at(one)} {one.name}": length(one) for module, one in functions()}
    assert {name: count for name, count in long.items() if count >= MOST_LINES_A_FUNCTION} == {}


def test_generic_processes_know_no_service() -> None:
    """A service is named by its own file alone; the processes it takes part in serve them all."""
    services = {"it_support": "ItSupport", "microsoft365": "Microsoft365", "hosting": "Hosting"}
    names = re.compile("|".join(rf"\b{name}\b|{model}" for name, model in services.items()))
    own = tuple(f"workflows/{name}.py" for name in services)
    wrong = [
        f"{module.name}:{number}"
        for module in modules()
        if module.layer == "workflows" and not module.name.startswith((*own, MICROSOFT365S_OWN))
        for number, line in enumerate(module.text.splitlines(), start=1)
        if names.search(line)
    ]
    assert not wrong


IT_SUPPORTS_OWN = {
    f"workflows/{name}.py"
    for name in ("agents_removal", "changes", "inventory", "mandates", "onboarding", "reports", "visits")
}


MICROSOFT365S_OWN = "workflows/licensing/"


def test_shared_processes_name_no_clause_of_one_service() -> None:
    """They name points (schemas/points.py), which each service's text numbers in its own way."""
    docstrings = {module.at(node.value) for module, node in within("workflows") if isinstance(node, ast.Expr)}
    wrong = [
        f"{module.at(node)} {node.value}"
        for module, node in within("workflows")
        if module.name not in IT_SUPPORTS_OWN
        and not module.name.startswith(MICROSOFT365S_OWN)
        and isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\b(IT|M365|HOST)-[\w.]+", node.value)
        and module.at(node) not in docstrings
    ]
    assert wrong == []


def test_whoever_catches_everything_passes_it_on() -> None:
    wrong = []
    for module, node in within(*LAYERS, "worker"):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or dotted(node.type) in ("Exception", "BaseException")
        ):
            inside = [inner for line in node.body for inner in ast.walk(line)]
            raises = any(isinstance(inner, ast.Raise) for inner in inside)
            keeps = any(isinstance(inner, ast.Name) and inner.id == node.name for inner in inside)
            if not raises and not keeps:
                wrong.append(module.at(node))
    assert not wrong


def test_nothing_is_left_to_do() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError\(\)")
    assert not [module.name for module in modules() if unfinished.search(module.text)]


def test_every_module_says_what_it_is() -> None:
    silent = [module.name for module in modules() if module.text.strip() and not ast.get_docstring(module.tree)]
    assert not silent


def test_annotations_are_read_late_everywhere() -> None:
    wrong = [
        module.name
        for module in modules()
        if len(module.tree.body) > 1 and "from __future__ import annotations" not in module.text
    ]
    assert not wrong


def test_no_home_of_one_machine_is_named() -> None:
    documents = {str(path): path.read_text(encoding="utf-8") for path in ROOT.glob("docs/**/*.md")}
    texts = {module.name: module.text for module in modules()} | documents
    assert not [name for name, text in texts.items() if re.search(r"(?<![\w.])/(root|home)/\w", text)]

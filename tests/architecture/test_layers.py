"""Imports run one way: schemas <- terms <- workflows, activities <- runtime <- the doors."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter

from tests.architecture.source import LAYERS, imported, modules, within

MAY_IMPORT = {
    "schemas": {"schemas"},
    "terms": {"schemas", "terms"},
    "sealing": {"schemas", "sealing"},
    "workflows": {"schemas", "terms", "workflows"},
    "activities": {"schemas", "terms", "sealing", "activities"},
    "runtime": {"schemas", "terms", "sealing", "workflows", "activities", "runtime"},
    "worker": {"sealing", "runtime"},
    "starter": {"schemas", "terms", "sealing", "workflows", "activities", "runtime", "starter"},
}
PURE = {"schemas", "terms"}
PURE_LIBRARIES = {"email_validator", "phonenumbers", "pydantic", "pydantic_core", "stdnum", "yaml", "holidays"}
NO_INPUT_OR_OUTPUT = {"asyncio", "http", "io", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}


def test_imports_run_one_way() -> None:
    wrong = [
        f"{module.at(node)} imports {name}"
        for module in modules()
        for node, name in imported(module)
        if name.partition(".")[0] in {*LAYERS, "worker"} - MAY_IMPORT[module.layer]
    ]
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Also not where only types are needed: who reads one of them would have to read all."""
    by_name = {
        module.name.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): module for module in modules()
    }
    needs = {
        own: {name if name in by_name else name.rpartition(".")[0] for _, name in imported(module)}
        for own, module in by_name.items()
    }
    # Raises CycleError, which names a circle.
    assert {*TopologicalSorter(needs).static_order()} >= {*by_name}


def test_nothing_of_the_product_imports_its_tests() -> None:
    wrong = [module.at(node) for module in modules() for node, name in imported(module) if name.startswith("tests")]
    assert not wrong


def test_no_import_is_relative() -> None:
    assert not [
        module.at(node) for module, node in within(*LAYERS, "worker") if isinstance(node, ast.ImportFrom) and node.level
    ]


def test_models_and_rules_touch_nothing_outside() -> None:
    wrong = []
    for module in modules():
        for node, name in imported(module):
            top = name.partition(".")[0]
            known = top in PURE or top in PURE_LIBRARIES or top in sys.stdlib_module_names
            if module.layer in PURE and (not known or top in NO_INPUT_OR_OUTPUT):
                wrong.append(f"{module.at(node)} imports {name}")
    assert not wrong


def test_workflows_reach_the_world_through_temporal_alone() -> None:
    libraries = PURE_LIBRARIES | {"temporalio"}
    wrong = []
    for module in modules():
        for node, name in imported(module):
            top = name.partition(".")[0]
            known = top in MAY_IMPORT["workflows"] or top in libraries or top in sys.stdlib_module_names
            if module.layer == "workflows" and (not known or top in NO_INPUT_OR_OUTPUT | {"uuid"}):
                wrong.append(f"{module.at(node)} imports {name}")
    assert not wrong

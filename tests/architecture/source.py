"""The product's own source, parsed once: what the rules of style are checked on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = ("schemas", "terms", "sealing", "workflows", "activities", "runtime", "starter")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A source file: `name` is its path below the checkout, such as `terms/clock.py`; `nodes` are all of its tree."""

    name: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def layer(self) -> str:
        return self.name.partition("/")[0].removesuffix(".py")

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@cache
def modules() -> tuple[Module, ...]:
    paths = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
    return tuple(_module(path) for path in [*paths, ROOT / "worker.py"])


def within(*layers: str) -> Iterator[tuple[Module, ast.AST]]:
    """Every node of the modules of these layers."""
    for module in modules():
        if module.layer in layers:
            for node in module.nodes:
                yield module, node


def functions() -> Iterator[tuple[Module, Function]]:
    for module in modules():
        for node in module.nodes:
            if isinstance(node, Function):
                yield module, node


def imported(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """What a module imports, by full name, also where only types need it."""
    for node in module.nodes:
        match node:
            case ast.Import(names=names):
                yield from ((node, one.name) for one in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                yield from ((node, f"{origin}.{one.name}") for one in names)


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    return Module(name=path.relative_to(ROOT).as_posix(), text=text, tree=tree, nodes=tuple(ast.walk(tree)))

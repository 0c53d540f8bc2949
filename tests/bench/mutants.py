"""Programs that are almost right: seeded mutants of canonical solutions.

What a judge has to tell apart looks like this: one operator, constant, comparison, name or
statement changed. Used to compare judges and to time them; no result of an experiment rests on it.
"""

from __future__ import annotations

import ast
import copy
import random

from passk.benchmarks.human_eval import Problem

_SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add, ast.Mult), ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.FloorDiv, ast.Mult), ast.FloorDiv: (ast.Div, ast.Mod), ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.And: (ast.Or,),
    ast.Or: (ast.And,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip


def mutant(problem: Problem, seed: int) -> str:
    """A completion for ``problem``: its canonical solution with one or two changes."""
    rng = random.Random(f"{problem.task_id} {seed}")
    tree = ast.parse("def f():\n" + problem.canonical_solution)
    for _ in range(rng.choice((1, 1, 2))):
        changed = copy.deepcopy(tree)
        if _change(rng.choice(_places(changed)), rng):
            tree = changed
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
    except (ValueError, RecursionError):
        return problem.canonical_solution
    return text.partition("\n")[2] + "\n"


def _places(tree: ast.AST) -> list[ast.AST]:
    kinds = (
        ast.Constant, ast.BinOp, ast.Compare, ast.BoolOp, ast.If, ast.While, ast.Return, ast.Call,
        ast.For, ast.AugAssign, ast.Subscript, ast.UnaryOp, ast.Name,
    )  # fmt: skip
    found = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return found or [tree]


def _change(node: ast.AST, rng: random.Random) -> bool:
    if isinstance(node, ast.Constant):
        return _change_constant(node, rng)
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        node.op = rng.choice(_SWAPS.get(type(node.op), (type(node.op),)))()
    elif isinstance(node, ast.Compare):
        node.ops = [rng.choice(_SWAPS[type(op)])() for op in node.ops]
    elif isinstance(node, ast.If | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Return):
        node.value = rng.choice([None, ast.List([], ast.Load()), ast.Constant(0)])
    elif isinstance(node, ast.For):
        node.body = [ast.Pass()] if rng.random() < 0.3 else [*node.body, ast.Break()]
    elif isinstance(node, ast.Call) and len(node.args) > 1:
        node.args.reverse()
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.USub()
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        node.id = rng.choice(("i", "x", "n", "s", "len", "sorted", "str", "lst"))
    else:
        return False
    return True


def _change_constant(node: ast.Constant, rng: random.Random) -> bool:
    if isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node.value, int | float):
        node.value = node.value + rng.choice((-1, 1, 1, 10))
    elif isinstance(node.value, str):
        node.value = rng.choice(("", node.value + " ", node.value[:-1]))
    else:
        return False
    return True

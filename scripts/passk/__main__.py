"""``passk NAME …`` runs the command line ``NAME.py``, as ``python scripts/NAME.py …`` does.

In a checkout the command lines are the files of scripts/; in an installed package they lie in
``passk/commands``, where pyproject.toml puts those that need no workflow.
"""

from __future__ import annotations

import ast
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from passk import cli
from passk.records import UserError

PACKAGE = Path(__file__).resolve().parent


def commands() -> dict[str, Path]:
    """The command lines, by the name that they are called by."""
    installed = PACKAGE / "commands"
    folder = installed if installed.is_dir() else PACKAGE.parent
    return {path.stem.replace("_", "-"): path for path in sorted(folder.glob("*.py"))}


def usage(known: dict[str, Path]) -> str:
    """One line a command: its name, and the first sentence of what it says of itself."""
    width = max(map(len, known))
    lines = []
    for name, path in known.items():
        text = " ".join(ast.get_docstring(ast.parse(path.read_text())).split())
        lines.append(f"  {name.ljust(width)}  {text.partition('. ')[0].removesuffix('.')}")
    return "\n".join(["usage: passk COMMAND …   (passk COMMAND --help says more)", "", *lines])


def run_command() -> None:
    """Run the command that the first argument names.

    :raises UserError: there is none of that name; what the command raises.
    """
    known = commands()
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        print(usage(known))
        return
    if name not in known:
        raise UserError(f"passk has no command {name!r}; it has {', '.join(known)}")
    sys.argv = [f"passk {name}", *sys.argv[2:]]
    spec = spec_from_file_location(f"passk_{known[name].stem}", known[name])
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()


def main() -> None:
    """What the installed command ``passk`` calls."""
    cli.run(run_command)


if __name__ == "__main__":
    main()

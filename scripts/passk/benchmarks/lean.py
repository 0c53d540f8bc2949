"""What a proof for Lean 4 may be, and what goes around it. Plain text in and out, without Lean.

Lean has no sign that ends a proof: it ends where a command begins. So every word that begins a
command is refused wherever it stands (:data:`REFUSED`), and so are ``#`` commands, attributes,
options but a limit of heartbeats, and what runs code while Lean reads (``run_tac``, names below
``Lean`` and ``IO``). Words of commands that a library adds are not known here: they cannot change
what was proved before them, and the theorem's type and axioms are asked for in another process.

The lexer is Lean's as far as that needs: ``--`` and nested ``/- -/``, strings with escapes, raw
strings (refused), characters, names in ``«»`` (refused). A string with ``{`` in it may be one that
holds terms: refused. Columns matter, so a comment becomes as many blanks.

Never run by this package's own tests, which have no Lean: written from Lean's reference.
Source: The Lean Language Reference, "Source Files and Modules", "Tactic Proofs", "Axioms".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from passk.benchmarks.coq import Refused, Token, check_characters
from passk.records import UserError

REFUSED = {
    # open ends, and what believes the compiler
    "sorry", "admit", "stop", "sorryAx", "native_decide", "ofReduceBool", "ofReduceNat",
    "reduceBool", "reduceNat", "trustCompiler", "lcProof", "lcUnreachable", "unsafeCast", "native",
    # commands
    "axiom", "theorem", "lemma", "def", "abbrev", "instance", "example", "opaque", "constant",
    "structure", "inductive", "coinductive", "class", "namespace", "section", "end", "open",
    "export", "import", "prelude", "module", "public", "meta", "variable", "variables", "universe",
    "attribute", "notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix", "macro",
    "macro_rules", "syntax", "elab", "elab_rules", "declare_syntax_cat", "local", "scoped",
    "private", "protected", "noncomputable", "partial", "unsafe", "nonrec", "mutual", "initialize",
    "builtin_initialize", "deriving", "include", "omit", "alias", "simproc", "dsimproc",
    "simproc_decl", "dsimproc_decl", "builtin_simproc", "builtin_dsimproc", "register_option",
    "register_simp_attr", "register_builtin_option", "unif_hint", "add_decl_doc", "init_quot",
    "seal", "unseal", "irreducible_def", "library_note", "compile_inductive", "recall",
    "suppress_compilation", "set_premise_selector", "grind_pattern", "declare_aesop_rule_sets",
    # code that runs while Lean reads
    "run_tac", "run_cmd", "run_elab", "run_meta", "by_elab", "eval", "evalTerm", "evalExpr",
    "implemented_by", "extern", "csimp",
}  # fmt: skip
RUNS = {
    "BaseIO", "EIO", "ST", "EST", "dbgTrace", "grind_propagator", "binder_predicate",
    "declare_config_elab", "declare_command_config_elab", "declare_simp_like_tactic",
}  # fmt: skip
"""What runs code, or makes words that do. A tactic's ``config`` is evaluated, unsafe code too."""
FENCES = ("lean", "lean4", "")
ROOTS = ("Lean", "IO", "System")
HEARTBEATS = 4_000_000
AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})

_WORD = r"[^\W\d][\w'!?₀-₉]*"
_TOKEN = re.compile(
    rf"""(?P<blank>\s+)
    |(?P<comment>/-|--[^\n]*)
    |(?P<raw>r\#*")
    |(?P<string>[smf]!"|"(?:[^"\\]|\\.)*+"?)
    |(?P<name>«)
    |(?P<character>'(?:\\[^']{{1,9}}|\\'|[^\\'\n])')
    |(?P<word>{_WORD}(?:\.{_WORD})*)
    |(?P<number>\d)
    |(?P<symbol>@\[|.)""",
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r"/-|-/")
_HEARTBEATS = re.compile(r"set_option\s+maxHeartbeats\s+(\d{1,9})\s+in\b")
_NAME = re.compile(rf"\s*(?:theorem|lemma)\s+({_WORD}(?:\.{_WORD})*)")


def name_of(statement: str) -> str:
    """The name of the theorem that a statement declares.

    :raises UserError: it declares none.
    """
    found = _NAME.match(without_comments(statement))
    if not found:
        raise UserError("must begin with theorem or lemma and a name")
    return found[1]


def without_comments(text: str) -> str:
    """The text with blanks where its comments stand.

    :raises Refused: a comment that is not closed.
    """
    kept, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        end = token.end()
        if token.lastgroup == "comment":
            end = _end_of_comment(text, at) if token[0] == "/-" else end
            kept.append(re.sub(r"[^\n]", " ", text[at:end]))
        else:
            kept.append(token[0])
        at = end
    return "".join(kept)


def _end_of_comment(text: str, begin: int) -> int:
    depth = 0
    for mark in _IN_COMMENT.finditer(text, begin):
        depth += 1 if mark[0] == "/-" else -1
        if depth == 0:
            return mark.end()
    raise Refused("a comment is not closed")


def tokens(text: str) -> Iterator[Token]:
    """What stands in a text without comments, blanks left out.

    :raises Refused: a string that is not closed, is raw or may hold terms; a name in «».
    """
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind in ("raw", "name"):
            raise Refused(f"{found[0]} is refused")
        if kind == "string" and (
            "{" in found[0] or not re.fullmatch(r'"(?:[^"\\]|\\.)*+"', found[0], re.DOTALL)
        ):
            raise Refused("a string that is not closed, or may hold terms, is refused")
        if (
            kind == "character" and '"' in found[0]
        ):  # ``f ''"`` begins a string, and is no character
            raise Refused("the character '\"' is refused")
        if kind != "blank":
            yield Token(kind, found[0], found.start())


def plain(proof: str) -> str:
    """The proof as Lean shall have it: without comments, each line indented.

    :raises Refused: something in it that may be no part of one proof.
    """
    check_characters(proof, " \n\r")
    text = without_comments(proof)
    begin = None
    before = Token("", "", 0)
    for token in tokens(text):
        begin = token.begin if begin is None else begin
        _check(token, before, text)
        before = token
    if begin is None:
        raise Refused("there is no proof")
    lines = text[text.rfind("\n", 0, begin) + 1 :].rstrip().split("\n")
    if any(line[:1].strip() for line in lines):
        lines = [f"  {line}" for line in lines]
    return "\n".join(lines)


def _check(token: Token, before: Token, text: str) -> None:
    if token.text == "@[":
        raise Refused("an attribute, @[…], is refused")
    follows = before.begin + len(before.text) == token.begin
    if token.kind == "word":
        parts = token.text.split(".")
        if before.text == "#" and follows and len(parts[0]) > 1:
            raise Refused(f"the command #{parts[0]} is refused")
        if token.text == "set_option":
            limit = _HEARTBEATS.match(text, token.begin)
            if not limit or not 0 < int(limit[1]) <= HEARTBEATS:
                raise Refused("an option other than a limit of heartbeats is refused")
        for part in parts:
            if part.startswith(("unsafe", "include_")) or part in RUNS:
                raise Refused(f"{part} is refused")
            if part in REFUSED and not (part in ("end", "open") and len(parts) > 1):
                raise Refused(f"{part} is refused")
        if parts[0] in ROOTS or (parts[0] == "_root_" and parts[1:2] and parts[1] in ROOTS):
            raise Refused(f"{token.text} is refused")


def after_statement(text: str, name: str) -> str:
    """What follows the last statement of this name, where the text has one: outside comments."""
    try:
        plain_text = without_comments(text)
    except Refused:
        return text
    declared = rf"\b(?:theorem|lemma)\s+{re.escape(name)}(?![\w'.])"
    begins = [found.end() for found in re.finditer(declared, plain_text)]
    if not begins:
        return text
    begin = begins[-1]
    depth = 0
    for token in re.finditer(r"[(\[{⦃⟨]|[)\]}⦄⟩]|:=", plain_text[begin:]):
        depth += 1 if token[0] in "([{⦃⟨" else -1 if token[0] != ":=" else 0
        if token[0] == ":=" and depth == 0:
            rest = text[begin + token.end() :]
            by = re.match(r"\s*by\b", rest)
            return rest[by.end() :] if by else f"  exact {rest.lstrip()}"
    return ""


def opened(statement: str) -> str:
    """The statement up to where its tactics begin: what a prompt ends in."""
    text = statement.rstrip()
    if re.search(r":=\s*by$", text):
        return text
    return f"{text} by" if text.endswith(":=") else f"{text} := by"


def candidate(header: str, statement: str, proof: str) -> str:
    """The file with a plain proof."""
    return f"{header}\n{opened(statement)}\n{proof}\n"


def reference(header: str, statement: str) -> str:
    """The file with the statement alone."""
    return f"{header}\n{opened(statement)}\n  sorry\n"


def question(name: str) -> str:
    """The file that asks, in a process of its own, what the compiled file has proved, and how."""
    return (
        "import Candidate\nset_option pp.all true\nset_option pp.maxSteps 1000000\n"
        "set_option pp.deepTerms true\nset_option format.width 1000000\n"
        f"#check @{name}\n#print axioms {name}\n"
    )


def answer(output: str, name: str) -> tuple[str, frozenset[str]]:
    """The type of the theorem and the names of its axioms, from what :func:`question` printed: the
    messages of ``lean --json``, one a line.

    :raises ValueError: it does not read so.
    """
    try:
        messages = [json.loads(line)["data"] for line in output.splitlines() if line.strip()]
        shown, listed = messages
    except (KeyError, TypeError, ValueError):
        raise ValueError("#check and #print axioms did not print two messages") from None
    if listed.strip() == f"'{name}' does not depend on any axioms":
        return shown, frozenset()
    found = re.fullmatch(rf"'{re.escape(name)}' depends on axioms:\s*\[([^\]]*)\]", listed.strip())
    if not found:
        raise ValueError("#print axioms printed something else than axioms")
    return shown, frozenset(one.strip() for one in found[1].split(","))


def first_message(errors: str) -> str:
    """The first line of the first error of ``lean --json``."""
    for line in errors.splitlines():
        try:
            message = json.loads(line)
            if message["severity"] == "error":
                return str(message["data"]).strip().split("\n")[0]
        except (KeyError, TypeError, ValueError):
            continue
    return errors.strip().split("\n")[0]

"""Count the words of the project's old dialect in docstrings and comments, and fail where a limit is passed.

    python tools/check_prose.py            a table for ivr/, tests/ and tools/, and the worst files
    python tools/check_prose.py --all      every place as file:line: word

The code once had docstrings made of metaphors ("the door", "the ear"), archaic turns ("for want of") and negative
pronouns ("nobody", "nothing"), which readers had to read twice. The lists below name them, with the plain word where
there is one. Rates are per 1,000 words; text in backticks and Python's `None` are code and are not counted.
"""

import ast
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
WORST_FILES = 10

METAPHORS = {
    r"rooms?": "package, maximum",
    r"doors?": "webhook, address, server",
    r"ears?": "speech rate",
    r"wires?": "connection",
    r"houses?": "project",
    r"journals?": "log",
    r"books?": "script",
    r"wings?": "package",
    r"told": "reported, written, logged",
    r"stand|stands|stood": "is, appears, applies",
    r"hand(?:s|ed)? (?:over|in|out)": "passes",
    r"lives": "is in",
    r"bury|buried|buries": "reaps",
    r"garbage(?! collect)": "memory",
    r"gone": "removed, closed",
    r"errands?": "task",
}
"""Metaphors, with the plain words for each."""

ARCHAIC = {
    r"anew": "again",
    r"(?:is|are) no matter": "leave it out",
    r"may not come in|stays? out": "leave it out: the import test holds it",
    r"for ever|ever after": "always",
    r"to be had|at hand|to hand": "available",
    r"of late": "recently",
    r"for want of|in want of": "without",
    r"(?:is|are) no more": "has ended",
    r"by chance": "at random",
    r"it is of no": "it does not",
    r"so to speak|be it|lest|hence|whence|thereof|therein": "leave it out",
    r"(?:need|dare)s? not": "does not have to",
    r"what (?:is|was) (?:made|said|done|written|left)|what belongs to": "a noun",
}
"""Archaic and mannered turns, with the plain words for each."""

NEGATIVE = {r"nobody|nothing|none|no one|neither|nor|never|whoever|whatever": "a positive sentence"}
"""Negative and open pronouns. Well-known Python projects use 1.5 to 3.3 of them per 1,000 words."""

OPENINGS = {r"(?:What|Whoever|Nobody|Nothing)(?=\s)": "a noun"}
"""Pronouns that begin a sentence in the place of a noun."""


class Kind(NamedTuple):
    """A kind of word: its name in the table, its list, whether case matters, and the limit per 1,000 words in ivr/."""

    name: str
    words: dict[str, str]
    exact_case: bool
    limit: float


KINDS = (
    Kind("negative", NEGATIVE, False, 4.0),
    Kind("metaphor", METAPHORS, False, 0.5),
    Kind("archaic", ARCHAIC, False, 0.5),
    Kind("opening", OPENINGS, True, 1.0),
)


class Text(NamedTuple):
    """A docstring or comment, and the line of its file where it begins."""

    line: int
    words: str


class Place(NamedTuple):
    """A word of a list in a text, such as `Place("ivr/log.py", 12, "metaphor", "journals", "log")`."""

    file: str
    line: int
    kind: str
    word: str
    plain: str


def texts(source: str) -> Iterator[Text]:
    """The docstrings, the strings below an assignment, and the comments of a Python file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield Text(node.lineno, node.value.value)
    lines = iter(source.splitlines(keepends=True))
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        if token.type == tokenize.COMMENT:
            yield Text(token.start[0], token.string.lstrip("# "))


def without_code(text: str) -> str:
    """A text without what is in backticks and without indented examples; it keeps its line breaks."""
    text = re.sub(r"`[^`\n]*`", "", text)
    return re.sub(r"(?m)^ {8,}\S.*$|^ {4,}(?:>>>|\.\.\.).*$", "", text)


def places(file: str, text: Text) -> Iterator[Place]:
    """Each word of a list that a text contains."""
    words = without_code(text.words)
    for kind in KINDS:
        before = r"(?:^|(?<=[.!?:] )|(?<=\n))\s*" if kind.exact_case else r"\b"
        for pattern, plain in kind.words.items():
            for match in re.finditer(rf"{before}({pattern})\b", words, 0 if kind.exact_case else re.IGNORECASE):
                if match[1] != "None":
                    yield Place(file, text.line + words.count("\n", 0, match.start(1)), kind.name, match[1], plain)


def counted(folder: Path) -> tuple[int, list[Place]]:
    """The number of words in the docstrings and comments below a folder, and the places of the words listed above."""
    total, found = 0, []
    for path in sorted(set(folder.rglob("*.py")) - {Path(__file__).resolve()}):
        for text in texts(path.read_text("utf-8")):
            total += len(re.findall(r"\w+", without_code(text.words)))
            found += places(str(path.relative_to(folder.parent)), text)
    return total, found


def rates(words: int, found: list[Place]) -> dict[str, float]:
    """How often each kind of word occurs per 1,000 words."""
    counts = Counter(place.kind for place in found)
    return {kind.name: 1000 * counts[kind.name] / max(words, 1) for kind in KINDS}


def row(name: str, words: int, figures: dict[str, float]) -> str:
    return f"{name:6} {words:6} words; per 1,000: " + ", ".join(f"{kind} {rate:.1f}" for kind, rate in figures.items())


def main(options: list[str]) -> int:
    """Print the table and the worst files: 1 when ivr/ passes a limit, else 0."""
    table = {name: counted(CHECKOUT / name) for name in ("ivr", "tests", "tools")}
    found = [place for _, listed in table.values() for place in listed]
    if "--all" in options:
        print(*(f"{place.file}:{place.line}: {place.word} ({place.kind}): {place.plain}" for place in found), sep="\n")
    for name, (words, listed) in table.items():
        print(row(name, words, rates(words, listed)))
    for file, count in Counter(place.file for place in found).most_common(WORST_FILES):
        lines = ", ".join(f"{place.line} {place.word}" for place in found if place.file == file)
        print(f"  {count:3} {file}: {lines[:90]}")
    passed = [kind for kind in KINDS if rates(*table["ivr"])[kind.name] > kind.limit]
    for kind in passed:
        print(f"ivr: more than {kind.limit} {kind.name} words per 1,000. Rewrite the worst places; --all lists them.")
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The languages as a table: how much of each is spoken, waits, is recorded and reviewed, and who leads it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from ivr.check.catalogues import waiting_messages
from ivr.check.recordings import parts_to_record
from ivr.content.load import published_and_drafts, tags_under
from ivr.content.locale_file import Review
from ivr.errors import OperationFailed
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import DEFAULT_OPTIONS, Options

BEGIN, END = "<!-- ivr status writes from here -->\n", "<!-- to here -->\n"
"""The lines of a page between which the table is written."""
COLUMNS = ("language", "state", "texts", "waiting", "waits since", "recorded", "reviewed", "leaders")
NONE = "–"
TranslationState = Literal["source", "published", "withheld", "draft", "cannot be read"]


class Status(NamedTuple):
    """One language: `tag` ("es") and its own `name` ("español").

    `whole` of `texts` texts are spoken in it. `waiting` messages wait for their translator; `since` is the day from
    which the oldest waits, None if no note gives it. `recorded` of `parts` parts are read by a person. `leaders` are
    the accounts that answer for the language.
    """

    tag: str
    name: str
    state: TranslationState
    texts: int = 0
    whole: int = 0
    waiting: int = 0
    since: date | None = None
    recorded: int = 0
    parts: int = 0
    review: Review | None = None
    leaders: tuple[str, ...] = ()


def statuses(root: Path, options: Options = DEFAULT_OPTIONS) -> list[Status]:
    """The published languages in their order, then the drafts by tag. Raises BadContent if a text cannot be read."""
    published = compile_line(root, options)
    drafts = [tag for tag in tags_under(root) if tag not in published.content.configured]
    with_each = compile_line(root, options, published_and_drafts(root, *drafts)) if drafts else published
    rows = [_status(published, tag) for tag in published.content.configured]
    return rows + [_status(with_each, tag, is_draft=True) for tag in drafts]


def _status(line: Line, tag: str, is_draft: bool = False) -> Status:
    content, texts = line.content, line.content.prompts.templates
    if tag not in content.locales:
        return Status(tag, tag, "cannot be read")
    locale, is_source = content.locales[tag], tag == content.flow.source_language
    state: TranslationState = "published" if tag in content.flow.offered else "withheld"
    state = "source" if is_source else "draft" if is_draft else state
    waiting, parts = [] if is_source else waiting_messages(content, tag), list(parts_to_record(line, tag))
    return Status(
        tag, locale.name, state, len(texts),
        sum(content.is_whole(name, tag) for name in texts), len(waiting),
        min((message.since for message in waiting if message.since), default=None),
        sum(part.spoken.words in locale.sounds for part in parts), len(parts), locale.review, locale.leaders,
    )  # fmt: skip


def table(languages: Sequence[Status]) -> str:
    """The table in Markdown, aligned for a terminal."""
    rows = [COLUMNS, *map(_cells, languages)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ruled = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    return "".join(f"| {' | '.join(map(str.ljust, row, widths))} |\n" for row in ruled)


def _cells(language: Status) -> tuple[str, ...]:
    name = f"{language.name} ({language.tag})" if language.name != language.tag else language.tag
    if language.state == "cannot be read":
        return (name, f"cannot be read: `ivr check {language.tag}`", *[NONE] * (len(COLUMNS) - 2))
    return (
        name, language.state, f"{language.whole} of {language.texts}", str(language.waiting or NONE),
        str(language.since or NONE), f"{language.recorded} of {language.parts}" if language.recorded else NONE,
        str(language.review or "no"), ", ".join(language.leaders) or NONE,
    )  # fmt: skip


def page_with(markdown: str, page: str) -> str:
    """The text of a page with the table between its marks. Raises OperationFailed for a page without them."""
    before, begins, rest = page.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not (begins and ends):
        raise OperationFailed(f"The page needs the lines {BEGIN.strip()} and {END.strip()}, where the table is.")
    return before + BEGIN + markdown + END + after

"""Sources: every text rests on facts, every fact that may be spoken is spoken, and none that may not.

The ages of numbers and facts are judged against a day that is handed in: nothing that serves calls reads the calendar.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ivr.content.facts import Fact, Number
from ivr.content.load import Content
from ivr.content.templates import Template
from ivr.errors import Fault

WARN_AFTER, FAIL_AFTER = 180, 365
"""Days since a person last compared a number or a fact with its source."""


def source_faults(content: Content) -> Iterator[Fault]:
    """What is wrong between the texts, the facts and the numbers."""
    for text in content.prompts.templates.values():
        yield from _text_faults(content, text)
    numbers, sources = _files(content)
    spoken = {fact for text in content.prompts.templates.values() for fact in text.facts}
    for name, fact in content.facts.facts.items():
        for other in fact.beside:
            if other not in content.facts.facts:
                yield Fault(
                    f"{sources}: [{name}]",
                    f"it is to be said with {other}, which is not in sources.toml",
                    "Add the fact, or correct the id.",
                )
        if fact.spoken and name not in spoken:
            yield Fault(
                f"{sources}: [{name}]",
                "no text speaks it",
                "Speak it somewhere and name it there, or set spoken = false with a reason.",
            )
        if not fact.spoken and not fact.reason:
            yield Fault(f"{sources}: [{name}]", "it is not spoken, without a reason", 'Write why: reason = "…".')
        if fact.confidence != "own" and fact.spoken and not any(source.address for source in fact.sources):
            yield Fault(
                f"{sources}: [{name}]",
                "it has no address",
                "Name the document it is from, or call it our own.",
            )
    for name, number in content.facts.numbers.items():
        if number.fact not in content.facts.facts:
            yield Fault(
                f"{numbers}: [{name}]",
                f"its fact {number.fact} is not in sources.toml",
                "Add the fact, or correct the id.",
            )


def _text_faults(content: Content, text: Template) -> Iterator[Fault]:
    if not text.facts:
        yield Fault(
            str(text.path),
            "it names no facts",
            "Begin it with {# facts: … #}: the ids of sources.toml that it speaks.",
        )
    for name in text.facts:
        fact = content.facts.facts.get(name)
        if fact is None:
            yield Fault(
                str(text.path),
                f"it speaks {name}, which is not in sources.toml",
                "Add the fact with its source, or correct the id.",
            )
        elif not fact.spoken:
            yield Fault(
                str(text.path),
                f"it speaks {name}, which must not be read out ({fact.reason})",
                "Take it out.",
            )
        else:
            for other in fact.beside:
                if other in content.facts.facts and other not in text.facts:
                    yield Fault(
                        str(text.path),
                        f"it speaks {name} without {other}",
                        f"Say beside it: {content.facts.facts[other].says}",
                    )


def ages(content: Content, today: date, days: int = FAIL_AFTER) -> Iterator[Fault]:
    """The numbers and spoken facts that nobody has compared with their source for more than `days` days."""
    numbers, sources = _files(content)
    rows: dict[str, Number | Fact] = {f"{numbers}: [{name}]": row for name, row in content.facts.numbers.items()}
    rows |= {f"{sources}: [{name}]": row for name, row in content.facts.facts.items() if row.spoken}
    for where, row in rows.items():
        age = (today - row.last_compared).days if row.last_compared else 0
        if age > days:
            yield Fault(
                where,
                f"last compared with its source {age} days ago",
                f"Open the page, compare, and set `live`; the limit is {days} days.",
            )


def _files(content: Content) -> tuple[Path, Path]:
    return content.root / "prompts" / "numbers.toml", content.root / "prompts" / "sources.toml"

"""Sources: every text names the facts that it speaks, and the texts speak all facts that may be spoken and no others.

`age_faults` compares numbers and facts with a day that the calling function gives: only `ivr check --today` uses it.
"""

from collections.abc import Iterator
from datetime import date

from ivr.content.facts import Fact, Number
from ivr.content.load import Content
from ivr.content.templates import Template
from ivr.errors import Fault

WARN_AFTER, FAIL_AFTER = 180, 365
"""Days since a person last compared a number or a fact with its source."""
ADD_FACT = "Add the fact, or correct the id."


def source_faults(content: Content) -> Iterator[Fault]:
    """The faults between the texts, the facts and the numbers."""
    named_in_texts = {name for text in content.prompts.templates.values() for name in text.facts}
    for text in content.prompts.templates.values():
        yield from _text_faults(content, text)
    for name, fact in content.facts.facts.items():
        needs_text = content.stack.layer is None or name in content.facts.of_layer  # a layer may leave out a topic
        for found, remedy in _fact_faults(content, fact, lacks_text=needs_text and name not in named_in_texts):
            yield Fault(_where(content, "sources.toml", name), found, remedy)
    rows = [("numbers.toml", name, number.fact, "") for name, number in content.facts.numbers.items()]
    rows += [("written.toml", name, form.fact, form.write) for name, form in content.facts.written.items() if form.fact]
    for file, name, fact_id, words in rows:
        for found, remedy in _faults_of_row(content, fact_id, words):
            yield Fault(_where(content, file, name), found, remedy)


def _faults_of_row(content: Content, fact_id: str, words: str) -> Iterator[tuple[str, str]]:
    """The fault, and its remedy, of a number or a written form that names a fact: `words` must be in what it says."""
    fact = content.facts.facts.get(fact_id)
    if not fact:
        yield f"its fact {fact_id} is not in sources.toml", ADD_FACT
    elif words.lower() not in fact.says.lower():
        yield f"its fact {fact_id} does not state {words}", "Compare both with the source."


def _fact_faults(content: Content, fact: Fact, lacks_text: bool) -> Iterator[tuple[str, str]]:
    """Each fault of a fact and its remedy. `lacks_text`: no text names the fact, and one has to if it is spoken."""
    for other in fact.beside:
        if other not in content.facts.facts:
            yield f"it is to be said with {other}, which is not in sources.toml", ADD_FACT
    if fact.spoken and lacks_text:
        yield "no text speaks it", "Speak it in a text that names it, or set spoken = false with a reason."
    if not fact.spoken and not fact.reason:
        yield "it is not spoken, without a reason", 'Write the reason: reason = "…".'
    if fact.confidence != "own" and fact.spoken and not any(source.address for source in fact.sources):
        yield "it has no address", 'Name the document that it is from, or set confidence = "own".'


def _text_faults(content: Content, text: Template) -> Iterator[Fault]:
    if not text.facts:
        remedy = "Begin it with {# facts: … #}: the ids of sources.toml that it speaks."
        yield Fault(str(text.path), "it names no facts", remedy, text=text.name)
    for name in text.facts:
        for found, remedy in _spoken_fact_faults(content, text, name):
            yield Fault(str(text.path), found, remedy, text=text.name)


def _spoken_fact_faults(content: Content, text: Template, name: str) -> Iterator[tuple[str, str]]:
    """Each fault of a fact that `text` speaks, and its remedy."""
    facts = content.facts.facts
    if name not in facts:
        yield f"it speaks {name}, which is not in sources.toml", "Add the fact with its source, or correct the id."
    elif not facts[name].spoken:
        yield f"it speaks {name}, which must not be read out ({facts[name].reason})", "Remove it."
    else:
        for other in facts[name].beside:
            if other in facts and other not in text.facts:
                yield f"it speaks {name} without {other}", f"Say beside it: {facts[other].says}"


def age_faults(content: Content, today: date, days: int = FAIL_AFTER) -> Iterator[Fault]:
    """The numbers and spoken facts that were last compared with their source more than `days` days before `today`."""
    numbers, facts = content.facts.numbers, content.facts.facts
    rows: dict[str, Number | Fact] = {_where(content, "numbers.toml", name): row for name, row in numbers.items()}
    rows |= {_where(content, "sources.toml", name): row for name, row in facts.items() if row.spoken}
    for where, row in rows.items():
        age = (today - row.last_compared).days if row.last_compared else 0  # 0: a fact about the line itself
        if age > days:
            found = f"last compared with its source {age} days ago"
            yield Fault(where, found, f"Open the page, compare, and set `live`; the limit is {days} days.")


def _where(content: Content, file: str, name: str) -> str:
    """The row `name` of a file in prompts/, in the folder that it is from."""
    layer = content.stack.layer if name in content.facts.of_layer else None
    return f"{(layer or content.stack.base) / 'prompts' / file}: [{name}]"

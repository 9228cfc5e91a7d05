"""The data of the panel for trying a change out: the TwiML, the nodes, and the source of every sentence.

Only a test line serves it, at TRY_OUT_FILE. It belongs to the telephone's data that have the same digest. Its members:

- `digest`: the digest of the telephone's data.
- `head`, `tail`, `steps`: the TwiML of a document is `head`, the TwiML of each step of its place, and `tail`. `steps`
  has the TwiML of every step, in the order in which the telephone's data have the steps.
- `nodes`: by language, the nodes that a call can begin at, in the order of the menus, with label and keys from the main
  menu, "" for none: {"en": [{"name": "tea", "label": "For tea", "keys": "1", "place": "/call/en/tea"}]}.
- `paragraphs`: by prompt ("es/tea/1"), for each paragraph: `text_at`, the file and line of its first block
  ("prompts/tea.txt:3"); `message_at`, the same in the catalogue, "" in the source language and where the catalogue does
  not have the message; `waits`, whether it is not translated; `facts`, the ids of its facts; `anchor`, its place on the
  page of the script ("tea-1-2").
- `facts`: by id, the facts that the paragraphs cite: what each `says`, its `confidence`, its `sources`.
- `waiting`: by language, the messages that wait for their translator: `message_at`, the name of the `text`, the
  `english`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ivr.call.urls import address_of
from ivr.check.catalogues import waiting_messages
from ivr.content.catalogue import MessageId, po_subpath, read_catalogue
from ivr.content.messages import all_messages
from ivr.export.export import export_line
from ivr.export.files import digest_of, without_twiml
from ivr.line.line import Line
from ivr.script.model import script_of

TRY_OUT_FILE = "try-out.json"
FACT_MEMBERS = {"says", "confidence", "sources"}
Record = Mapping[str, Any]
"""An object of the data; the top of this file names its members."""


def try_out_data(line: Line) -> bytes:
    """The data of the panel for `line`, as JSON."""
    exported = export_line(line)
    assert exported.documents
    tags, positions = line.flow.offered, _Positions(line)
    paragraphs = {name: list(positions.paragraphs(name)) for name in exported.prompts or {}}
    cited = {fact for prompt in paragraphs.values() for paragraph in prompt for fact in paragraph["facts"]}
    facts = {name: fact for name, fact in line.content.facts.facts.items() if name in cited}
    data = {
        "digest": digest_of(without_twiml(exported)),
        "head": exported.documents.head,
        "tail": exported.documents.tail,
        "steps": [step.twiml for step in exported.steps],
        "nodes": {tag: list(_nodes(line, tag)) for tag in tags},
        "paragraphs": paragraphs,
        "facts": {name: fact.model_dump(include=FACT_MEMBERS) for name, fact in facts.items()},
        "waiting": {tag: list(positions.waiting(tag)) for tag in tags[1:]},
    }
    return json.dumps(data, ensure_ascii=False).encode()


def _nodes(line: Line, tag: str) -> Iterator[Record]:
    """Menus and topics in the order of the menus, then the other nodes, each at its place with the shortest address."""
    script, places = script_of(line, tag), dict[str, str]()
    addresses = [(address_of(place), place.node) for place in line.documents if place.locale == tag]
    for address, node in sorted(addresses, key=lambda item: len(item[0])):
        places.setdefault(node, address)
    entries = {entry.name: entry for entry in (*script.entries, *script.others)}
    for name in dict.fromkeys((*entries, *line.flow.nodes)):
        if name in places:
            label, keys = (entries[name].label, entries[name].keys) if name in entries else (name, "")
            yield {"name": name, "label": label, "keys": keys, "place": places[name]}


class _Positions:
    """The files and lines of the texts and of the catalogues, read once."""

    def __init__(self, line: Line) -> None:
        self._content, self._source_tag = line.content, line.flow.source_language
        self._stack, self._templates = line.content.stack, line.content.prompts.templates
        self._text_at = {message.id: self._at(message.path, message.line) for message in all_messages(self._templates)}
        self._message_at = {tag: self._message_positions(tag) for tag in line.flow.offered}

    def paragraphs(self, prompt: str) -> Iterator[Record]:
        """Where each paragraph of a prompt, such as "es/tea/1", is written."""
        tag, text, part, *_ = prompt.split("/")
        for number, blocks in enumerate(self._templates[text].parts[int(part) - 1], start=1):
            messages = [(text, block.english) for block in blocks]
            yield {
                "text_at": self._text_at[messages[0]],
                "message_at": self._message_at[tag].get(messages[0], ""),
                "waits": any(self._waits(tag, message) for message in messages),
                "facts": list(dict.fromkeys(fact for block in blocks for fact in block.facts)),
                "anchor": f"{text}-{part}-{number}",
            }

    def _waits(self, tag: str, message: MessageId) -> bool:
        return tag != self._source_tag and message not in (self._content.locales[tag].messages or {})

    def waiting(self, tag: str) -> Iterator[Record]:
        """The messages of a language that wait for their translator, in the order of work."""
        for waiting in waiting_messages(self._content, tag):
            text, english = waiting.fault.text, waiting.fault.english
            yield {"message_at": self._message_at[tag].get((text, english), ""), "text": text, "english": english}

    def _message_positions(self, tag: str) -> Mapping[MessageId, str]:
        files = self._stack.existing(po_subpath(tag)) if tag != self._source_tag else ()
        return {entry.id: self._at(file, entry.line) for file in files for entry in read_catalogue(file).entries}

    def _at(self, path: Path, line: int) -> str:
        """A place in a file, such as "prompts/tea.txt:3". With a layer, one in the release begins with "release: "."""
        folder = next(folder for folder in reversed(self._stack.folders) if path.is_relative_to(folder))
        is_below_layer = self._stack.layer not in (None, folder)
        return f"{'release: ' if is_below_layer else ''}{path.relative_to(folder).as_posix()}:{line}"

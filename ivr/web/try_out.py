"""The data of the panel for trying a change out: the TwiML, the nodes, and the source of every sentence.

It is served only where the line is tried out, at TRY_OUT_DATA, and belongs to the data of the telephone with the same
digest. Its members:

- `digest`: the digest of the telephone's data.
- `head`, `tail`, `steps`: the TwiML of a document is `head`, the TwiML of each step of its place, and `tail`. `steps`
  has the indexes of the telephone's data.
- `nodes`: by language, the nodes that a call can begin at, in the order of the menus, with label and keys from the main
  menu: {"en": [{"name": "tea", "label": "For tea", "keys": "1", "place": "/call/en/tea"}]}.
- `paragraphs`: by prompt ("es/tea/1"), the source of each paragraph.
- `facts`: by id, the facts that the paragraphs cite.
- `waiting`: by language, the messages that wait for their translator.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ivr.call.urls import address_of
from ivr.check.waiting import waiting_messages
from ivr.content.catalogue import MessageId, po_subpath, read_catalogue
from ivr.content.facts import Source
from ivr.content.layer import Stack
from ivr.content.messages import all_messages
from ivr.content.templates import blocks_by_part
from ivr.export.export import export_line
from ivr.export.files import digest_of, without_twiml
from ivr.export.format import ExportedLine
from ivr.line.line import Line
from ivr.script.model import read_script

TRY_OUT_DATA = "try-out.json"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Node(_Record):
    """A node, its label, the keys that lead to it from the main menu ("" for none), and its place in one language."""

    name: str
    label: str
    keys: str
    place: str


class Paragraph(_Record):
    """The file and line of a paragraph in the text ("prompts/tea.txt:3") and in the catalogue, and ids of its facts.

    `message_at` is "" in the source language and where the catalogue does not have the message. `waits`: the paragraph
    is not translated. `anchor` is its place on the page of the script: "tea-1-2".
    """

    text_at: str
    message_at: str
    waits: bool
    facts: tuple[str, ...]
    anchor: str


class CitedFact(_Record):
    """A fact: its claim, how sure the claim is, and its sources."""

    says: str
    confidence: str
    sources: tuple[Source, ...]


class WaitingMessage(_Record):
    """A message that waits for its translator: its file and line in the catalogue, its text's name, the English."""

    message_at: str
    text: str
    english: str


class TryOut(_Record):
    """The data of the panel; the docstring of this file explains the members."""

    digest: str
    head: str
    tail: str
    steps: tuple[str, ...]
    nodes: Mapping[str, tuple[Node, ...]]
    paragraphs: Mapping[str, tuple[Paragraph, ...]]
    facts: Mapping[str, CitedFact]
    waiting: Mapping[str, tuple[WaitingMessage, ...]]


def try_out_data(line: Line) -> bytes:
    """The data of the panel for `line`, as JSON."""
    return _try_out(line, export_line(line)).model_dump_json().encode()


def _try_out(line: Line, exported: ExportedLine) -> TryOut:
    assert exported.documents
    tags, sources = line.flow.offered, _Sources(line)
    paragraphs = {name: tuple(sources.paragraphs(name)) for name in exported.prompts or {}}
    cited = {name for prompt in paragraphs.values() for paragraph in prompt for name in paragraph.facts}
    return TryOut(
        digest=digest_of(without_twiml(exported)),
        head=exported.documents.head,
        tail=exported.documents.tail,
        steps=tuple(step.twiml or "" for step in exported.steps),
        nodes={tag: tuple(_nodes(line, tag)) for tag in tags},
        paragraphs=paragraphs,
        facts={name: _fact(line, name) for name in line.content.facts.facts if name in cited},
        waiting={tag: tuple(sources.waiting(tag)) for tag in tags[1:]},
    )


def _nodes(line: Line, tag: str) -> Iterator[Node]:
    """Menus and topics in the order of the menus, then the other nodes, each at its place with the shortest address."""
    script, places = read_script(line, tag, graded=False), dict[str, str]()
    addresses = [(address_of(place), place.node) for place in line.documents if place.locale == tag]
    for address, node in sorted(addresses, key=lambda item: len(item[0])):
        places.setdefault(node, address)
    entries = {entry.name: entry for entry in (*script.entries, *script.others)}
    for name in dict.fromkeys((*entries, *line.flow.nodes)):
        if name in places:
            label, keys = (entries[name].title, entries[name].keys) if name in entries else (name, "")
            yield Node(name=name, label=label, keys=keys, place=places[name])


def _fact(line: Line, name: str) -> CitedFact:
    fact = line.content.facts.fact(name)
    return CitedFact(says=fact.says, confidence=fact.confidence, sources=tuple(fact.sources))


class _Sources:
    """The files and lines of the texts and of the catalogues, read once."""

    def __init__(self, line: Line) -> None:
        self._content, self._source_tag = line.content, line.flow.source_language
        self._stack, self._templates = line.content.stack, line.content.prompts.templates
        self._texts = {message.id: self._at(message.path, message.line) for message in all_messages(self._templates)}
        self._messages = {tag: self._message_lines(tag) for tag in line.flow.offered}

    def paragraphs(self, prompt: str) -> Iterator[Paragraph]:
        """The source of each paragraph of a prompt, such as "es/tea/1"."""
        tag, text, part, *_ = prompt.split("/")
        for number, block in enumerate(blocks_by_part(self._templates[text])[int(part) - 1], start=1):
            message = (text, block.english)
            yield Paragraph(
                text_at=self._texts[message],
                message_at=self._messages[tag].get(message, ""),
                waits=tag != self._source_tag and message not in (self._content.locales[tag].messages or {}),
                facts=block.facts,
                anchor=f"{text}-{part}-{number}",
            )

    def waiting(self, tag: str) -> Iterator[WaitingMessage]:
        """The messages of a language that wait for their translator, in the order of work."""
        for waiting in waiting_messages(self._content, tag):
            text, english = waiting.fault.text, waiting.fault.english
            yield WaitingMessage(message_at=self._messages[tag].get((text, english), ""), text=text, english=english)

    def _message_lines(self, tag: str) -> Mapping[MessageId, str]:
        files = self._stack.existing(po_subpath(tag)) if tag != self._source_tag else ()
        return {entry.id: self._at(file, entry.line) for file in files for entry in read_catalogue(file).entries}

    def _at(self, path: Path, line: int) -> str:
        return f"{_relative(self._stack, path)}:{line}"


def _relative(stack: Stack, path: Path) -> str:
    """`path` below its folder; a file of the release below a layer begins with "release: "."""
    folders: Sequence[Path] = [folder for folder in reversed(stack.folders) if path.is_relative_to(folder)]
    is_below_layer = stack.layer is not None and folders[0] != stack.layer
    return ("release: " if is_below_layer else "") + path.relative_to(folders[0]).as_posix()

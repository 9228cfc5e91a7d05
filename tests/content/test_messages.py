"""Messages: translators are given exactly those that the running line looks up."""

from pathlib import Path

from ivr.call.playlist import named_keys
from ivr.content.catalogue import MessageId
from ivr.content.load import Content, load_content
from ivr.content.messages import all_messages, messages_of
from ivr.content.prompts import Prompts


class Echo(dict[MessageId, str]):
    """A catalogue that has each message as translators are given it, and no other; it keeps what it is asked for."""

    def __init__(self, content: Content) -> None:
        super().__init__({one.id: f"§ {one.id[1]}" for one in all_messages(content.prompts.templates)})
        self.asked: set[MessageId] = set()

    def __getitem__(self, name: MessageId) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def spoken_by(content: Content, echo: Echo) -> Prompts:
    """The texts of `content`, with `echo` as the catalogue of a second language."""
    first = content.locales[content.flow.source_language]
    locales = {first.tag: first, "echo": first._replace(tag="echo", messages=echo)}
    return Prompts(content.prompts.templates, locales, content.facts, first.tag)


def test_extracted_messages_are_those_that_the_line_looks_up(content: Content) -> None:
    echo = Echo(content)
    prompts = spoken_by(content, echo)
    for name in prompts.templates:
        press = named_keys(content.flow, name)
        for part, ours in zip(prompts.parts(name, "echo", press), prompts.parts(name, "en", press), strict=True):
            assert part.locale == "echo", f"{name} asks for a message that translators are not given"
            assert part.words.replace("§ ", "") == ours.words
            assert (part.keys, part.numbers) == (ours.keys, ours.numbers)
    assert echo.asked == echo.keys()


def test_message_has_its_line_and_its_notes_for_translators(copied: Path) -> None:
    path = copied / "prompts" / "tea.txt"
    path.write_text(
        '{# facts: TOY-01 #}\n\n{# TRANSLATORS: very short #}\n{% trans "tea" %}Tea.{% endtrans %}\n', "utf-8"
    )
    found = list(messages_of(load_content(copied).prompts.templates["tea"]))
    assert [(one.id, one.path, one.line, one.notes) for one in found] == [(("tea", "Tea."), path, 4, ("very short",))]


def test_same_words_are_one_message_in_one_text_and_two_in_two_texts(copied: Path) -> None:
    block = '{{% trans "{}" %}}Hot.{{% endtrans %}}\n\n'
    (copied / "prompts" / "tea.txt").write_text(block.format("tea") * 2, "utf-8")
    (copied / "prompts" / "pears.txt").write_text(block.format("pears"), "utf-8")
    found = [one.id for one in all_messages(load_content(copied).prompts.templates)]
    assert found.count(("tea", "Hot.")) == found.count(("pears", "Hot.")) == 1

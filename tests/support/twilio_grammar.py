"""Twilio's grammar of TwiML, read from the type declarations of its own library for JavaScript (npm's `twilio`).

A class is an element, its methods are the elements that it may hold, and an interface has the attributes that an
element takes, with their types. https://www.npmjs.com/package/twilio, lib/twiml/VoiceResponse.d.ts
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

_CLASS = re.compile(r"^ *(?:declare|export) class (\w+) extends TwiML \{\n(.*?)^ {0,4}\}", re.MULTILINE | re.DOTALL)
_METHOD = re.compile(r"^ +(\w+)\(([^\n]*)\): (?:VoiceResponse\.)?(\w+);", re.MULTILINE)
_INTERFACE = re.compile(r"^ *export interface (\w+)Attributes \{\n(.*?)^ *\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^ +(?:\"([^\"]+)\"|(\w+))\?: ([^;]+);", re.MULTILINE)
_UNION = re.compile(r"^ *type (\w+) = ([^;]+);", re.MULTILINE)
_PLAIN = {"string": r".+|", "number": r"[0-9]+", "boolean": "true|false", "object": ".*"}


class Grammar(NamedTuple):
    """For each class the classes of the elements inside it, by tag, and its attributes; the values of each type."""

    inside: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, Mapping[str, str]]
    values: Mapping[str, frozenset[str]]

    def faults(self, element: Element, kind: str = "VoiceResponse") -> Iterator[str]:
        """Whatever of `element`, an element of the class `kind`, Twilio's library does not know."""
        for name, value in element.attrib.items():
            declared = self.attributes.get(kind, {}).get(name)
            if declared is None:
                yield f"<{element.tag}> has no attribute {name}"
            elif not self._is_of(declared, value):
                yield f'{name}="{value}" on <{element.tag}> is no {declared}'
        for child in element:
            if child.tag not in self.inside[kind]:
                yield f"<{child.tag}> is not allowed in <{element.tag}>"
            else:
                yield from self.faults(child, self.inside[kind][child.tag])

    def _is_of(self, declared: str, value: str) -> bool:
        name, is_list = declared.removesuffix("[]"), declared.endswith("[]")
        words = value.split() if is_list else [value]
        if name in self.values:
            return all(word in self.values[name] for word in words)
        return all(re.fullmatch(_PLAIN[name], word) for word in words)


def load_grammar(package: Path) -> Grammar:
    """The grammar of the library in the folder `package`."""
    text = (package / "lib" / "twiml" / "VoiceResponse.d.ts").read_text("utf-8")
    inside, attributes = dict[str, dict[str, str]](), dict[str, dict[str, str]]()
    fields = dict[str, dict[str, str]]()
    for name, body in _INTERFACE.findall(text):
        fields.setdefault(name, {}).update({quoted or bare: kind for quoted, bare, kind in _FIELD.findall(body)})
    for name, body in _CLASS.findall(text):
        held = inside.setdefault(name, {})
        for method, parameters, kind in _METHOD.findall(body):
            if kind in ("XMLElement", "string") or method == "constructor":
                continue
            held[_tag(kind)] = kind
            declared = re.search(r"attributes\??: (?:VoiceResponse\.)?(\w+)Attributes", parameters)
            attributes.setdefault(kind, {}).update(fields.get(declared[1], {}) if declared else {})
    values = {name: frozenset(re.findall(r'"([^"]*)"', union)) for name, union in _UNION.findall(text)}
    return Grammar(inside, attributes, values)


def _tag(kind: str) -> str:
    """The tag of a class: "Gather", and "say-as" for SsmlSayAs."""
    if not kind.startswith("Ssml"):
        return kind
    return re.sub(r"(?<!^)([A-Z])", r"-\1", kind.removeprefix("Ssml")).lower()

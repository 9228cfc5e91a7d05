"""Compares two exported lines, in sentences."""

from collections.abc import Iterator, Mapping

from ivr.export.format import ExportedLine, ExportedPrompt

KEY_NAMES = (*"0123456789*#", "any other key")
"""The keys of `ExportedPlace.keys`, in its order."""


def differences(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    """Every change that callers can notice from `old` to `new`; no sentence if there is none.

    A text that changed is followed by the old and the new words of each paragraph, in lines that begin with - and +.
    """
    yield from _settings(old, new)
    yield from _languages(old, new)
    yield from _nodes(old, new)
    yield from _keys(old, new)
    yield from _texts(old, new)
    yield from _documents(old, new)


def _settings(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    values = (
        ("The number that key 0 dials", old.hotline, new.hotline),
        ("The end of a silent call", old.silence, new.silence),
        ("The place at which a call begins", old.ring, new.ring),
    )
    for name, before, after in values:
        if before != after:
            yield f"{name} was {before} and is {after}."


def _languages(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    yield from (f"{tag}: this language is not published any more." for tag in old.languages if tag not in new.languages)
    yield from (f"{tag}: this language is new." for tag in new.languages if tag not in old.languages)
    for tag in _shared(old.languages, new.languages):
        before, after = old.languages[tag].voice, new.languages[tag].voice
        if before != after:
            yield f"{tag}: the voice was {before} and is {after}."


def _nodes(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    before, after = (set(map(_node_of, line.places)) for line in (old, new))
    for node in sorted(before - after):
        moved = new.addresses.moved.get(node)
        yield f"{node}: this node was removed" + (f"; {moved} replaces it." if moved else ".")
    yield from (f"{node}: this node is new." for node in sorted(after - before))


def _keys(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    """Each key that leads to another node. A change of a key at several places of a node is one sentence."""
    changes = dict[str, None]()  # in order, each once
    for address in _shared(old.places, new.places):
        pairs = zip(KEY_NAMES, old.places[address].keys, new.places[address].keys, strict=True)
        for key, before, after in pairs:
            node, was, now = (_node_of(where) for where in (address, before, after))
            if was != now:
                changes[f"{node}: key {key} led to {was} and leads to {now}."] = None
    yield from changes


def _texts(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    before, after = old.prompts or {}, new.prompts or {}
    yield from (f"{name}: this text is not spoken any more." for name in before if name not in after)
    yield from (f"{name}: this text is new." for name in after if name not in before)
    for name in _shared(before, after):
        yield from _text(name, before[name], after[name])


def _text(name: str, old: ExportedPrompt, new: ExportedPrompt) -> Iterator[str]:
    if old.language != new.language:
        yield f"{name}: it was spoken in {old.language} and is spoken in {new.language}."
    elif old.paragraphs != new.paragraphs:
        yield f"{name}: the words changed."
        yield from (f"  - {paragraph}" for paragraph in old.paragraphs if paragraph not in new.paragraphs)
        yield from (f"  + {paragraph}" for paragraph in new.paragraphs if paragraph not in old.paragraphs)
    elif old.recording != new.recording:
        yield f"{name}: the recording changed."
    elif old.seconds != new.seconds:
        yield f"{name}: it takes {new.seconds[0]} s instead of {old.seconds[0]} s."


def _documents(old: ExportedLine, new: ExportedLine) -> Iterator[str]:
    """The fallback document, and the number of places whose documents differ, if both exports have TwiML."""
    if not old.documents or not new.documents:
        return
    if old.documents.fallback != new.documents.fallback:
        yield "The fallback document changed: host the new one."
    shared = list(_shared(old.places, new.places))
    changed = sum(_document(old, address) != _document(new, address) for address in shared)
    if changed:
        yield f"The documents of {changed} of {len(shared)} places changed."


def _document(line: ExportedLine, address: str) -> tuple[str | None, ...]:
    return tuple(line.steps[step].twiml for step in line.places[address].steps)


def _shared(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    return (name for name in old if name in new)


def _node_of(address: str) -> str:
    """The node in the address of a place: "partner" in "/call/es/partner/part-2"."""
    return address.split("/")[3]

"""For reviewers and translators: the title of a text, and when or after which keys it is heard."""

from ivr.call.flow import Flow
from ivr.call.language_tags import cldr_locale
from ivr.line.line import Line
from ivr.script.model import SHARED, Entry, script_of

SHARED_TEXTS_HEARD = {
    "greeting": "the first words of a call",
    "language": "the offer of this language, heard in another language",
    "languages": "the offer of all languages, where three or more are published",
    "person": "in the opening, the main menu and the menu of languages",
    "danger": "in the opening, after the offer of a person",
    "again": "in a menu’s second reading",
    "back": "in a menu’s second reading, and in a topic after a second key that is not used",
    "restart": "in the second reading of the main menu",
    "short": "in every menu below the main menu; in the third reading; after a second key that is not used; where a "
    "dial was not answered and the caller has not chosen a language yet",
    "choices": "in a menu’s third reading, and after a second key that is not used",
    "without_keys": "in the second reading of the main menu, for a caller whose keys do not work",
    "stay": "after the third reading, before the line connects a silent caller",
    "ending": "after the third reading, where the operator lets silence end the call",
    "number": "after the text “ending”, where the operator lets silence end the call; where a dial was not "
    "answered and the caller has not chosen a language yet",
    "not_reached": "after a dial that was not answered, where the caller has not chosen a language yet",
    "text_number": "where a dial was not answered and the caller has not chosen a language yet",
    "miss": "after a key that is not used",
    "miss_again": "after a second such key in a row",
    "goodbye": "the last words of a call that the line ends",
    "fallback": "when the line itself cannot answer, before the hotline is dialled",
    "fallback_again": "when the line itself cannot answer, before the hotline is dialled once more",
}
"""When each shared text (prompts/lines/) is heard."""


TITLES_BY_KIND = {
    "reminder": ("The reminder to dial 911", "press 9 at any time"),
    "transfer": ("Connecting", "press 0 at any time, or stay silent"),
    "farewell": ("After a conversation", "after a conversation with the hotline"),
}
"""The title of the only node of a kind, and when it is heard."""


def heard_when(flow: Flow, entry: Entry) -> str:
    """The keys or the event that lead to `entry`, in words, such as "press 1, then 2"; "" where they are not known."""
    if entry.keys:
        return f"press {', then '.join(entry.keys.split())}"
    if entry.kind == SHARED:
        return SHARED_TEXTS_HEARD.get(entry.name, "")
    return _title_and_event(flow, entry)[1]


def title_of(flow: Flow, entry: Entry) -> str:
    """The title of `entry` in a document for reviewers: its label if a choice offers it, else a name for its kind."""
    if entry.keys:
        return entry.label
    if entry.kind == SHARED:
        return entry.name.replace("_", " ").capitalize()
    return _title_and_event(flow, entry)[0]


def _title_and_event(flow: Flow, entry: Entry) -> tuple[str, str]:
    """The title of a node to which no choice leads, and when it is heard."""
    if entry.name == flow.main_menu:
        return "The main menu", "after the opening; * leads back to it"
    if entry.name == flow.transfer.not_connected:
        return "Not connected", "when the hotline could not be reached"
    return TITLES_BY_KIND.get(entry.kind, (entry.label, ""))


def titles_and_depths(line: Line) -> dict[str, tuple[str, int]]:
    """The title of each node in the source language, in menu order, and how many keys lead there: ("For tea", 1)."""
    script = script_of(line, line.flow.source_language)
    return {entry.name: (title_of(line.flow, entry), entry.depth) for entry in (*script.entries, *script.others)}


def language_names(line: Line) -> dict[str, str]:
    """The English name of each published language: {"es": "Spanish"}. Its tag where Babel does not know it."""
    locales = {tag: cldr_locale(tag) for tag in line.flow.offered}
    return {tag: (locale and locale.get_display_name("en")) or tag for tag, locale in locales.items()}

"""How a caller comes to hear a text, in a sentence for people who do not read the map.

Nothing here is spoken: these are the words of the pages about the line.
"""

from ivr.call.flow import Farewell, Flow, Reminder, Transfer
from ivr.script.model import Entry

HEARD = {
    "greeting": "the first words of a call",
    "language": "how this language is offered to callers who hear another one",
    "languages": "in place of further offers, where three or more languages are published",
    "person": "in front of every menu",
    "danger": "in the opening, behind the offer of a person",
    "again": "in a menu’s second reading",
    "back": "in a menu’s second reading",
    "restart": "in the second reading of the main menu",
    "short": "in every menu but the main one; in the third reading; after a second key that is not used",
    "choices": "in a menu’s third reading, and after a second key that is not used",
    "stay": "after the third reading, before the line connects a silent caller",
    "ending": "after the third reading, where the operator lets silence end the call",
    "number": "behind the warning, where the operator lets silence end the call",
    "miss": "after a key that is not used",
    "miss_again": "after a second such key in a row",
    "goodbye": "the last words of a call that the line ends",
    "last_resort": "when the line itself cannot answer, before the hotline is dialled",
    "last_resort_again": "when the line itself cannot answer, before the hotline is dialled once more",
}
"""When each shared line is heard."""


def press(keys: str) -> str:
    """A key path as a person says it: "1 2" is "press 1, then 2"."""
    return "press " + ", then ".join(keys.split())


def way_to(flow: Flow, entry: Entry) -> str:
    """The way to `entry` from the beginning of a call, in words; "" where none is known."""
    if entry.keys:
        return press(entry.keys)
    if entry.kind == "line":
        return HEARD.get(entry.node, "")
    match flow.nodes[entry.node]:
        case Reminder():
            return "press 9, anywhere"
        case Transfer():
            return "press 0, anywhere; silence leads here too"
        case Farewell():
            return "after a talk with the hotline"
        case _ if entry.node == flow.transfer.not_connected:
            return "when the hotline could not be reached"
        case _ if entry.node == flow.main_menu:
            return "follows the opening, and * leads back to it"
        case _:
            return ""


def title_of(flow: Flow, entry: Entry) -> str:
    """The heading of `entry`: the label that offers it, else plain words for what it is."""
    if entry.keys:
        return entry.title
    if entry.kind == "line":
        return entry.node.replace("_", " ").capitalize()
    match flow.nodes[entry.node]:
        case Reminder():
            return "The reminder to dial 911"
        case Transfer():
            return "Connecting"
        case Farewell():
            return "After a conversation"
        case _ if entry.node == flow.main_menu:
            return "The main menu"
        case _ if entry.node == flow.transfer.not_connected:
            return "Not connected"
        case _:
            return entry.title

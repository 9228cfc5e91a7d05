"""The characters that a text may have, by the script of its language: an allow-list, because bad ones are endless.

A text is read aloud by a voice and reviewed on a screen. So it has the letters of its language's script, the signs that
a voice reads as pauses, and nothing invisible. Latin words may be in every language: names of offices stay in English.
The properties of characters are those of Unicode, by way of the library `regex` (https://www.unicode.org/reports/tr24/).

    >>> [(found.kind, found.character) for found in wrong_characters("Аquí\\u200b no.", "es")]
    [('script', 'А'), ('invisible', '\\u200b')]
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

import regex

from ivr.call.language_tags import script_subtag

Kind = Literal["invisible", "damaged", "script", "sign"]

SIGNS = " \u00a0\u202f.,;:!?¿¡…·'’‘‚\"“”„«»‹›()‐‑–—&ªº-"
"""The signs of every language. U+00A0 and U+202F are the spaces in front of French ; : ! ? and »."""
WIDE_SIGNS = "\u3000！（），．：；？～〜〇"
"""More signs of languages that are written with Chinese characters."""
CHINESE_SCRIPTS = ("hans", "hant", "jpan", "kore")
WRITTEN_WITH = {
    "hans": ("Hani",),
    "hant": ("Hani", "Bopo"),
    "jpan": ("Hira", "Kana", "Hani"),
    "kore": ("Hang", "Hani"),
    "aran": ("Arab",),
}
"""Scripts of ISO 15924 that Unicode does not have, and the scripts of Unicode that they consist of."""
ALIKE = ("Latn", "Cyrl", "Grek", "Armn", "Cher", "Copt")
"""Scripts that have letters like those of another script: Latin a and Cyrillic а."""
OTHER_FORMS = ("<font>", "<circle>", "<super>", "<sub>", "<square>", "<wide>", "<narrow>", "<isolated>", "<initial>")
"""Unicode's marks of a letter in another form, which a voice may not read: ａ, ⓐ, ᵃ."""
MOJIBAKE = regex.compile(r"(?<!\p{Lu})[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€.?")
"""UTF-8 that was read as Windows-1252: "Ã©" for "é"."""
WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
VIRAMA = 9
"""Unicode's combining class of the sign that joins two letters of an Indic script."""


@cache
def is_unspeakable(character: str) -> bool:
    """Whether no language can have a character: a control character, a line break, or one for private use."""
    return unicodedata.category(character) in ("Cc", "Co", "Cs") or character in "\ufffe\uffff"


class WrongCharacter(NamedTuple):
    """A character that a text cannot have, its `kind`, and the text `around` it.

    - "invisible": it cannot be seen, or it is an unusual space.
    - "damaged": what a wrong encoding has left of a letter.
    - "script": a letter of another script, which may look right.
    - "sign": a sign that is not spoken as it is meant.
    """

    kind: Kind
    character: str
    around: str

    def __str__(self) -> str:
        name = unicodedata.name(self.character, "without a name")
        return f"U+{ord(self.character):04X} ({name}) in “{self.around}”"


def wrong_characters(text: str, tag: str) -> Iterator[WrongCharacter]:
    """The characters of `text` that the language `tag` cannot have, each at its first place."""
    script, seen = script_subtag(tag), set[str]()
    known: dict[int, Kind] = dict.fromkeys(_look_alikes(text, script), "script")
    known |= {position: "damaged" for match in MOJIBAKE.finditer(text) for position in range(*match.span())}
    for position, character in enumerate(text):
        kind = known.get(position) or _kind(text, position, script)
        if kind and character not in seen:
            seen.add(character)
            around = "".join(filter(str.isprintable, text[max(0, position - 10) : position + 11]))
            yield WrongCharacter(kind, character, around.strip())


def _kind(text: str, position: int, script: str) -> Kind | Literal[""]:
    """The kind of a character that is not in the allow-list; "" for one that is."""
    character = text[position]
    if _is_allowed(character, script):
        return ""
    if regex.fullmatch(r"[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}]", character):
        return "" if _is_needed(text, position, script) else "invisible"
    if character == "\ufffd" or unicodedata.category(character) in ("Cn", "Co", "Cs"):
        return "damaged"
    return "script" if regex.fullmatch(r"[\p{L}\p{M}]", character) else "sign"


@cache
def _is_allowed(character: str, script: str) -> bool:
    return _allowed(script).fullmatch(character) is not None and not _in_another_form(character)


@cache
def _allowed(script: str) -> "regex.Pattern[str]":
    """One character of `script` or a Latin letter; if Unicode does not have `script`, one character of any script."""
    names = ("Latn", *WRITTEN_WITH.get(script, (script,)))
    is_known = all(map(_exists, names))
    scripts = "".join(rf"\p{{scx={name}}}" for name in names) if is_known else r"\p{L}\p{M}\p{Po}"
    signs = SIGNS + (WIDE_SIGNS if script in CHINESE_SCRIPTS else "")
    marks = r"[\p{M}--[\p{Me}\p{Variation_Selector}]]&&\p{sc=Zinh}"
    common_letters = r"\p{Lm}&&\p{sc=Zyyy}"
    return regex.compile(
        rf"(?V1)[[\p{{L}}\p{{M}}\p{{P}}]&&[{scripts}]]|[{regex.escape(signs)}]|[{marks}]|[{common_letters}]"
    )


@cache
def _exists(script: str) -> bool:
    try:
        return regex.compile(rf"\p{{scx={script}}}") is not None
    except regex.error:
        return False


def _in_another_form(character: str) -> bool:
    """Whether it is a letter in another form, such as ａ; ª and º are letters of Spanish and Portuguese."""
    form = unicodedata.decomposition(character).partition(" ")[0]
    ligature = regex.fullmatch(r"\p{Block=Alphabetic_Presentation_Forms}", character) is not None
    return (form in OTHER_FORMS or ligature) and character not in SIGNS + WIDE_SIGNS


def _is_needed(text: str, position: int, script: str) -> bool:
    """Whether an invisible character is needed: a joiner, a mark of direction, or the end of a word.

    Joiners: RFC 5892, appendix A, after a virama or an Arabic letter. U+200B parts words in scripts without spaces.
    """
    character, before = text[position], text[position - 1 : position]
    if character in "\u200c\u200d":
        return before != "" and (unicodedata.combining(before) == VIRAMA or unicodedata.bidirectional(before) == "AL")
    if character in "\u200e\u200f\u061c":
        return script in ("arab", "aran", "hebr", "syrc", "thaa", "nkoo", "adlm", "rohg")
    return character == "\u200b" and regex.fullmatch(r"\p{LB=SA}", before) is not None


def _look_alikes(text: str, script: str) -> Iterator[int]:
    """The positions of the letters of `text` that are of another script than most letters of their word.

    In a language whose script is in ALIKE and is not Latin, a single small Latin letter is found as well.
    """
    for word in WORD.finditer(text):
        by_script = {
            name: [position for position in range(*word.span()) if _is_of(text[position], name)] for name in ALIKE
        }
        fewest_first = sorted(filter(None, by_script.values()), key=len)
        for positions in fewest_first[:-1]:
            yield from positions
        if script.title() in ALIKE[1:] and len(word[0]) == 1 and word[0].islower() and by_script["Latn"]:
            yield word.start()


@cache
def _is_of(character: str, script: str) -> bool:
    return regex.fullmatch(rf"\p{{sc={script}}}", character) is not None

"""Language tags: the published language that a tag means, in any region, case and separator.

A call in progress keeps its language when a release renames it ("es" to "es-US"), and a hand-written URL with "es-MX"
or "ES" is Spanish. Tags follow BCP 47; the choice is a lookup of RFC 4647, §3.4, with one addition: the script must be
the same, because a reader of traditional Chinese does not read simplified Chinese. A tag without a script has the most
likely one of its language and region, from Unicode's CLDR by way of Babel ("zh-TW" is "zh-Hant-TW").
"""

import re
from collections.abc import Mapping, Sequence

from babel.core import get_global

_SCRIPT = re.compile(r"[a-z]{4}")
_REGION = re.compile(r"[a-z]{2}|[0-9]{3}")


def published_locale(published: Sequence[str], tag: str) -> str | None:
    """The tag in `published` that `tag` means, None if there is no such language in this script.

    Example: "es" for "es-MX", "ES" or "es_US" where ("en", "es") are published; None for "zh-Hans" where "zh-Hant" is.
    Of several matches: the one with most leading subtags in common, then the most general, then the first.
    """
    subtags = _subtags(tag)
    same = [locale for locale in published if same_language_and_script(locale, tag)]
    return max(same, key=lambda locale: _closeness(_subtags(locale), subtags), default=None)


def _subtags(tag: str) -> list[str]:
    return tag.lower().replace("_", "-").split("-")


def same_language_and_script(tag: str, other: str) -> bool:
    """Whether two tags mean the same language in the same script: "zh-TW" and "zh-Hant", "es" and "es-US"."""
    return _language_and_script(_subtags(tag)) == _language_and_script(_subtags(other))


def script_of(tag: str) -> str:
    """The script in which a language is written, in lower case: "latn" for "es-US"; "" where CLDR does not know it."""
    return _language_and_script(_subtags(tag))[1]


def _language_and_script(subtags: list[str]) -> tuple[str, str]:
    language, *others = subtags
    scripts = [subtag for subtag in others[:1] if _SCRIPT.fullmatch(subtag)]
    return language, scripts[0] if scripts else _likely_script(language, others)


def likely_scripts(language: str) -> Mapping[str, str]:
    """The likely script of each region of `language` that has another one than the rest, and under "" that of the rest.

    Example: {"": "hans", "hk": "hant", "tw": "hant", …} for "zh".
    """
    names = (name.split("_") for name in get_global("likely_subtags"))
    regions = [name[1].lower() for name in names if name[0] == language and len(name) == 2]
    usual = _likely_script(language, [])
    scripts = {region: _likely_script(language, [region]) for region in sorted(regions) if _REGION.fullmatch(region)}
    return {"": usual} | {region: script for region, script in scripts.items() if script != usual}


def _likely_script(language: str, others: list[str]) -> str:
    """The script of CLDR's likely subtags, such as "hant" of "zh_Hant_TW"; "" where CLDR does not name a script."""
    likely = get_global("likely_subtags")
    regions = [subtag for subtag in others[:1] if _REGION.fullmatch(subtag)]
    names = [f"{language}_{region.upper()}" for region in regions] + [language]
    full = next((likely[name] for name in names if name in likely), "")
    return next((part.lower() for part in full.split("_")[1:] if _SCRIPT.fullmatch(part.lower())), "")


def _closeness(published: list[str], wanted: list[str]) -> tuple[int, int]:
    """A sort key, the largest for the closest tag: more equal leading subtags, then fewer subtags."""
    pairs = list(zip(published, wanted, strict=False))
    common = next((position for position, (left, right) in enumerate(pairs) if left != right), len(pairs))
    return common, -len(published)

"""Language tags: the offered language that a tag means, in any region, case and separator.

A call in progress keeps its language when a release renames it ("es" to "es-US"), and a hand-written URL with "es-MX"
or "ES" is Spanish. Tags follow BCP 47; the choice is a lookup of RFC 4647, §3.4, with one addition: the script must be
the same, because a reader of traditional Chinese does not read simplified Chinese. A tag without a script has the most
likely one of its language and region, from Unicode's CLDR by way of Babel ("zh-TW" is "zh-Hant-TW").
"""

import re
from collections.abc import Mapping, Sequence

import babel
from babel.core import get_global

_SCRIPT = re.compile(r"[a-z]{4}")
_REGION = re.compile(r"[a-z]{2}|[0-9]{3}")


def offered_locale(offered: Sequence[str], tag: str) -> str | None:
    """The tag in `offered` that `tag` means, None if there is no such language in this script.

    Example: "es" for "es-MX", "ES" or "es_US" where ("en", "es") are offered; None for "zh-Hans" if "zh-Hant" is.
    The match with the most leading subtags in common is taken, then the most general one, then the first.
    """
    subtags = _subtags(tag)
    of_language = [locale for locale in offered if _subtags(locale)[0] == subtags[0]]
    same = [locale for locale in of_language if _script(*_subtags(locale)) == _script(*subtags)]
    return max(same, key=lambda locale: _closeness(_subtags(locale), subtags), default=None)


def cldr_locale(tag: str) -> babel.Locale | None:
    """CLDR's data about a language, by way of Babel; None for a tag that CLDR does not have."""
    try:
        return babel.Locale.parse(tag, sep="-")
    except (babel.UnknownLocaleError, ValueError):
        return None


def canonical_tag(tag: str) -> str:
    """A tag in the usual letters of BCP 47: "zh-Hant-TW" for "ZH-hant-tw"."""
    language, *others = tag.split("-")
    return "-".join((language.lower(), *map(_canonical, others)))


def _canonical(subtag: str) -> str:
    if _SCRIPT.fullmatch(subtag.lower()):
        return subtag.capitalize()
    return subtag.upper() if _REGION.fullmatch(subtag.lower()) else subtag.lower()


def lookup_tags(tag: str) -> list[str]:
    """The tags that mean the language of `tag` in the same script, the closest first: look a table up under each.

    Example: "zh-Hant-HK", "zh-HK", "zh-Hant" for "zh-Hant-HK"; "zh" is not among them, because it is simplified
    Chinese. A language with two codes in CLDR has tags with both: "tl" and "fil".
    """
    language, *others = canonical_tag(tag).split("-")
    script = f"-{script_subtag(tag).capitalize()}" if script_subtag(tag) else ""
    regions = [subtag for subtag in others if _REGION.fullmatch(subtag.lower())]
    tags = [canonical_tag(tag)]
    for name in (language, *_other_codes(language)):
        tags += [f"{name}{script}-{region}" for region in regions] + [f"{name}-{region}" for region in regions]
        tags += [f"{name}{script}", name]
    return [other for other in dict.fromkeys(tags) if script_subtag(other) == script_subtag(tag)]


def _other_codes(language: str) -> list[str]:
    """The other codes of a language in CLDR, without those that name a script: "fil" for "tl", and "tl" for "fil"."""
    aliases = get_global("language_aliases")
    same = [alias for alias, name in aliases.items() if name == language]
    return [name for name in (aliases.get(language, ""), *same) if name and "_" not in name]


def script_subtag(tag: str) -> str:
    """The script of a tag in lower case, "hant" of "zh-Hant" and of "zh-TW"; "" where CLDR does not know it."""
    language, *others = _subtags(tag)
    scripts = (_script(name, *others) for name in (language, *_other_codes(language)))
    return next(filter(None, scripts), "")


def _subtags(tag: str) -> list[str]:
    return tag.lower().replace("_", "-").split("-")


def likely_scripts(language: str) -> Mapping[str, str]:
    """The likely script of `language` by region: "" for the language alone, then each region with another script.

    Example: {"": "hans", "hk": "hant", "tw": "hant", …} for "zh".
    """
    names = (name.split("_") for name in get_global("likely_subtags"))
    regions = [name[1].lower() for name in names if name[0] == language and len(name) == 2]
    usual = _script(language)
    scripts = {region: _script(language, region) for region in sorted(regions) if _REGION.fullmatch(region)}
    return {"": usual} | {region: script for region, script in scripts.items() if script != usual}


def _script(language: str, second: str = "", *_others: str) -> str:
    """The script of a tag in lower case: its second subtag, if that is a script, else the likely one in CLDR.

    Example: `_script("zh", "hant")` and `_script("zh", "tw")` are "hant". "" if CLDR has no script for it.
    """
    if _SCRIPT.fullmatch(second):
        return second
    likely = get_global("likely_subtags")
    names = [f"{language}_{second.upper()}", language] if _REGION.fullmatch(second) else [language]
    full = next((likely[name] for name in names if name in likely), "")
    return next((part.lower() for part in full.split("_")[1:] if _SCRIPT.fullmatch(part.lower())), "")


def _closeness(offered: list[str], wanted: list[str]) -> tuple[int, int]:
    """A sort key, the largest for the closest tag: more equal leading subtags, then fewer subtags."""
    pairs = list(zip(offered, wanted, strict=False))
    common = next((position for position, (left, right) in enumerate(pairs) if left != right), len(pairs))
    return common, -len(offered)

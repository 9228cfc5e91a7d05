"""Which published language a tag means."""

import pytest

from ivr.call.language_tags import offered_locale


@pytest.mark.parametrize(
    ("published", "tag", "locale"),
    [
        ("en es", "es", "es"),
        ("en es", "ES", "es"),
        ("en es", "es-MX", "es"),
        ("en es", "es_US", "es"),
        ("en es", "es-419", "es"),
        ("en es", "es-Latn-MX", "es"),
        ("en es", "est", None),
        ("en es", "e", None),
        ("en es", "fr", None),
        ("en es", "", None),
        # another region of the same language and script
        ("en es-US", "es", "es-US"),
        ("en es-US", "es-MX", "es-US"),
        ("en es-US es", "es-MX", "es"),
        ("en es es-US", "es-US", "es-US"),
        ("en es es-US", "es-us-x-slow", "es-US"),
        ("en pt-BR pt-PT", "pt", "pt-BR"),
        ("en pt-BR pt-PT", "pt-PT", "pt-PT"),
        # never another script
        ("en zh-Hant", "zh-Hant-HK", "zh-Hant"),
        ("en zh-Hant", "zh-TW", "zh-Hant"),
        ("en zh-Hant", "zh-Hans", None),
        ("en zh-Hant", "zh", None),
        ("en zh-Hant zh-Hans", "zh", "zh-Hans"),
        ("en zh", "zh-Hant", None),
        ("en zh", "zh-Hans-CN", "zh"),
        ("en sr-Latn", "sr", None),
        ("en sr", "sr-Latn", None),
        ("en sr-Latn", "sr-ME", "sr-Latn"),
        # a language without a likely script
        ("en tlh", "tlh-x-old", "tlh"),
        ("en art-lulu", "art-lulu", "art-lulu"),
        ("en art-lulu", "art-Latn", None),
    ],
)
def test_tag_matches_a_published_language_of_the_same_script(published: str, tag: str, locale: str | None) -> None:
    assert offered_locale(published.split(), tag) == locale

"""Texts of the toy line, written by a test and loaded or spoken."""

from collections.abc import Mapping
from pathlib import Path

from ivr.content.facts import load_facts
from ivr.content.locale import load_locale
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.content.templates import load_templates

PRESS = {"tea": "1", "fruit": "2", "back": "*", "person": "0"}


def written(root: Path, source: str, name: str = "tea") -> Path:
    """The folder of texts under `root`, with `source` as one of them."""
    path = root / "prompts" / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8", newline="")
    return root / "prompts"


def spoken(
    root: Path, source: str, locale: str = "en", catalogue: Mapping[str, str] | None = None
) -> tuple[RenderedPrompt, ...]:
    """The parts of `source`, spoken in `locale`; `catalogue` is its Spanish."""
    texts, english = load_templates(written(root, source)), load_locale(root / "locales" / "en", None, is_source=True)
    spanish = load_locale(root / "locales" / "es", None)
    spanish = spanish._replace(messages={("tea", one): other for one, other in (catalogue or {}).items()})
    prompts = Prompts(texts, {"en": english, "es": spanish}, load_facts(root / "prompts"), "en")
    return prompts.parts("tea", locale, PRESS)

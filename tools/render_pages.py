"""Renders every HTML page of the project from the toy line into a folder, so that html-validate can read them.

    render_pages.py FOLDER

The templates are not plain HTML, so the linter reads what they produce: the pages of the site, a usage report with
numbers and gaps, and the script.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.script.labels import language_names, titles_and_depths
from ivr.script.page import write_pages
from ivr.speech.installed_voices import InstalledVoices
from ivr.usage.counter import UsageKey
from ivr.usage.layout import Head, Names, as_html
from ivr.usage.report import make_report
from ivr.usage.tables import StoredPeriod
from ivr.web.site import Site, Telephone, unavailable_pages
from ivr.web.templates import Body, PageTemplates

TOY_LINE = Path(__file__).resolve().parent.parent / "tests" / "tiny"
PUBLIC_URL = "https://line.example.org"


def site_pages(line: Line) -> dict[str, Body]:
    """The pages of the site by file name."""
    voices = InstalledVoices(frozenset({"en-us", "es-419"}))
    telephone, templates = Telephone(line, None, voices), PageTemplates("")
    site = Site(line, telephone, templates, draft_page_tags=["fr"], is_test_line=True)
    bare = Site(line, telephone, templates, has_text=False)
    pages = {path.replace("/", "."): page for path, page in site.pages.items()}
    pages |= {"not_found": site.not_found, "not_found_without_text": bare.not_found}
    unavailable, unavailable_blank = unavailable_pages(templates, line.fallback_document)
    return pages | {"unavailable": unavailable, "unavailable_blank": unavailable_blank}


def usage_page(line: Line) -> str:
    """A usage report of a month without spans, so that it has numbers and gaps."""
    counts = {UsageKey("2026-11", "tea", "en", "1"): 340, UsageKey("2026-11", "opening", "en", "ring"): 1204}
    stored = StoredPeriod(counts, (), late=True)
    report = make_report(line, "2026-11", stored, datetime(2027, 1, 5, tzinfo=UTC))
    head = Head("Example County Shelter", "+12025550123", date(2027, 1, 5))
    return as_html([report], Names(titles_and_depths(line), language_names(line)), head)


def main(folder: Path) -> None:
    """Write all pages into `folder`."""
    line = compile_line(TOY_LINE, Options(public_url=PUBLIC_URL, line_number="+12025550123"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in site_pages(line).items():
        (folder / f"{name}.html").write_bytes(body.plain)
    (folder / "usage.html").write_text(usage_page(line), "utf-8")
    write_pages(line, (), folder / "script")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

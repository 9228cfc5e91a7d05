"""The part of CODEOWNERS about languages: the site that hosts the project asks these accounts to review a change.

Format: https://docs.github.com/articles/about-code-owners. If several rows are for one file, the last one counts, so
this part stands at the end, behind the line BEGIN.
"""

from collections.abc import Iterator
from pathlib import Path

from ivr.check.locale_settings import ACCOUNT
from ivr.content.files import read_text, read_toml
from ivr.errors import BadLocale

BEGIN = "# From here on `ivr locale update` writes: the `leaders` of each locale.toml.\n"


def owners_path(root: Path) -> Path:
    """The path of CODEOWNERS. Content that lies outside of the project has none."""
    return root / ".github" / "CODEOWNERS"


def owners_text(root: Path) -> str:
    """The text of CODEOWNERS with the present leaders. Raises BadLocale where a locale.toml cannot be read."""
    before, _, _ = read_text(owners_path(root)).partition(BEGIN)
    return before + BEGIN + "".join(_rows(root))


def _rows(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("locales/*/locale.toml")):
        accounts = read_toml(path, BadLocale).get("leaders", [])
        leaders = [account for account in accounts if isinstance(account, str) and ACCOUNT.fullmatch(account)]
        if leaders:  # `ivr check` reports a leader that is not an account
            yield f"/locales/{path.parent.name}/ {' '.join(leaders)}\n"

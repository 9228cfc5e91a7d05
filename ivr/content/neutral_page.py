"""The neutral page: an ordinary page of another site, which “Leave this page” opens. Each language has its own."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

DEFAULT_NEUTRAL_PAGE = "https://www.weather.gov/"
"""The neutral page where no language and no setting names a usable one."""
_ADDRESS = re.compile(
    r"https://(?P<host>[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@!$&()*+,;=%-]*)?", re.ASCII
)


class NeutralPage(NamedTuple):
    """A neutral page: its `address`, such as "https://www.weather.gov/", and its `site`, the host without "www."."""

    address: str
    site: str


def neutral_page_fault(address: str) -> str:
    """The reason why `address` cannot be a neutral page, as the end of a sentence; "" if it can.

    Only https is accepted: with http, everybody on the same network sees the address and can change the page.
    """
    if _ADDRESS.fullmatch(address):
        return ""
    return "expected the address of another site that begins with https://, such as https://www.weather.gov/"


def first_neutral_page(*addresses: str) -> NeutralPage:
    """The first of `addresses` that is usable, else the default. An empty address is passed over."""
    address = next((address for address in addresses if not neutral_page_fault(address)), DEFAULT_NEUTRAL_PAGE)
    return NeutralPage(address, (urlsplit(address).hostname or "").removeprefix("www."))

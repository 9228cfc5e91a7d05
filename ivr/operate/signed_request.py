"""One request of a call that `ivr call` or `ivr probe` makes to a running line, signed as Twilio signs it."""

from ivr.call.urls import RING
from ivr.errors import BadSettings, OperationFailed
from ivr.operate.http_client import Fetch, Reply, signed_post
from ivr.settings import Settings
from ivr.signature import Form

_NO_TOKEN = (
    "TWILIO_AUTH_TOKEN is not set. This command signs its requests as Twilio does, also for a line that verifies no "
    "signature. Set it to the token of the line. To try the line out only: move .env away and run `make setup`, which "
    "writes a .env with a token."
)


def post_to_line(settings: Settings, url: str, fetch: Fetch, document_url: str, form: Form) -> Reply:
    """Post `form` to the line at `url`, signed for PUBLIC_URL, as a tunnel or a proxy would pass it on.

    `document_url` is an absolute URL from a document. Raises OperationFailed if it is not below `url` or PUBLIC_URL,
    Unreachable without a reply, BadSettings without a token.
    """
    if not settings.tokens:
        raise BadSettings(_NO_TOKEN)
    path = document_url.removeprefix(settings.public_url).removeprefix(url)
    if not path.startswith("/"):
        found = document_url.partition(RING)[0]
        raise OperationFailed(f"the line answers with addresses at {found}: write that address.")
    return signed_post(fetch, settings.tokens[0], url + path, form, settings.public_url + path)

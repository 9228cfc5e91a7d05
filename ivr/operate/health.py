"""The report of a running line at /health/ready: whether it is whole, and which languages and number it uses."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from ivr.errors import OperationFailed
from ivr.operate.http_client import Fetch
from ivr.readiness import Readiness


class LanguageHealth(BaseModel):
    """A published language: `spoken` and `not_spoken` are names of texts, `digest` is a hash of all words spoken.

    `faults` say why it is withheld, or why texts of it are spoken in the source language because of a fault.
    """

    withheld: bool
    spoken: tuple[str, ...]
    not_spoken: tuple[str, ...]
    digest: str
    faults: tuple[str, ...]


class Health(BaseModel):
    """The report of a line. `published` are the languages that callers are offered, without the withheld ones.

    The report of release 0.1.0 has the first four fields alone, so `serving` is None.
    """

    ready: bool
    release: str
    faults: tuple[str, ...]
    published: tuple[str, ...] = ()
    serving: bool | None = None
    languages: Mapping[str, LanguageHealth] = {}
    hotline: str | None = None
    settings: Mapping[str, str] = {}

    @property
    def sends_menu(self) -> bool:
        """Whether callers get the menu. In the report of release 0.1.0, `ready` says so."""
        return self.ready if self.serving is None else self.serving


def health_at(url: str, fetch: Fetch) -> Health:
    """Ask the line at `url` for its report. Raises OperationFailed where it gives none."""
    reply = fetch(f"{url}/health/ready", None, {})
    try:
        return Health.model_validate_json(reply.body)
    except ValidationError:
        raise OperationFailed(
            f"{url}/health/ready gives no report (status {reply.status}): another server answers there, or the proxy "
            "does not pass the address on."
        ) from None


def health_of(readiness: Readiness) -> Health:
    """The report that a line with this readiness gives."""
    return Health.model_validate(readiness.report())

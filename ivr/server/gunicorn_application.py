"""gunicorn's view of the line: the ASGI application to load and the settings to run it with."""

from collections.abc import Callable, Mapping
from typing import Any

from gunicorn.app.base import BaseApplication

from ivr.server.metrics import MetricsEndpoint


class GunicornApplication(BaseApplication):
    """The ASGI application that `load` returns, and gunicorn's `settings` for it, by name.

    `endpoint` is the metrics endpoint of the workers; None if metrics are off.
    """

    def __init__(
        self, load: Callable[[], Any], settings: Mapping[str, object], endpoint: MetricsEndpoint | None = None
    ) -> None:
        self._load, self._settings, self.endpoint = load, settings, endpoint
        super().__init__()

    def load_config(self) -> None:
        """Take the given settings only: gunicorn reads no file and no command line."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called once by gunicorn, in the master: the workers are forked with the application that it returns."""
        return self._load()

"""The signals that `ivr serve` ignores, from its first statement to its end."""

import signal

IGNORED_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTTIN", "SIGTTOU", "SIGWINCH")
)
"""Without this, gunicorn reloads, reopens its logs, starts a second master or changes the number of workers."""


def ignore_signals() -> None:
    """Ignore IGNORED_SIGNALS in this process and in those that it forks."""
    for number in IGNORED_SIGNALS:
        signal.signal(number, signal.SIG_IGN)

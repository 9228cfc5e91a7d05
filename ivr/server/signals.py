"""The signals that do nothing: ignored from the first statement of `ivr serve` to its end."""

import signal

IGNORED_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTTIN", "SIGTTOU", "SIGWINCH")
)
"""gunicorn would reload, reopen its logs, start a second master, or change the number of workers."""


def ignore_signals() -> None:
    """Ignore IGNORED_SIGNALS in this process and in those that it forks."""
    for number in IGNORED_SIGNALS:
        signal.signal(number, signal.SIG_IGN)

"""The reason for a fault of PostgreSQL in our own words: the driver's message may hold a part of the URL, its password.

A fault of a statement has a code, SQLSTATE. A fault while connecting has none (psycopg 3.3), so there the reason is
found by the fixed phrases of libpq and the server, and a message without a known phrase gets a general reason.
"""

from collections.abc import Mapping

STATEMENT_TIMEOUT = 3
"""Seconds that the database may work on one statement, with the time that it waits for locks."""
CONNECT_TIMEOUT = 3
"""Seconds to wait for a connection, and for a network that no longer delivers."""
_NO_CONNECTIONS = "its memory or its connections are used up"
_STARTING = "it is starting or stopping"
_SLOW = f"it takes longer than {STATEMENT_TIMEOUT} seconds"
_BY_STATE = {
    "25006": "it is read-only: this address leads to a copy, or the database was made read-only",
    "42501": "its user lacks a right: GRANT CREATE ON DATABASE … TO …",
    "53100": "its disk is full",
    "53": _NO_CONNECTIONS,
    "57014": _SLOW,
    "55P03": _SLOW,
    "57P03": _STARTING,
}
"""Reasons by SQLSTATE or its first characters: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_BY_PHRASE: Mapping[tuple[str, ...], str] = {
    ("authentication failed",): "it refuses the user or the password",
    ("no pg_hba.conf entry",): "it does not allow this connection: look at user, machine and TLS in its pg_hba.conf",
    ("database", "does not exist"): "it does not have the database that the address names",
    ("permission denied for database",): "its user may not connect: GRANT CONNECT ON DATABASE … TO …",
    ("root certificate file",): "the file of certificate authorities is missing: add "
    "&sslrootcert=/etc/ssl/certs/ca-certificates.crt, or the file of your provider, to the address",
    ("certificate verify failed",): "its certificate is not of an authority in the file that sslrootcert names",
    ("does not match host name",): "its certificate is for another host than the address names",
    ("does not support SSL",): "it offers no TLS, and sslmode demands it",
    ("remaining connection slots",): _NO_CONNECTIONS,
    ("too many",): _NO_CONNECTIONS,
    ("starting up",): _STARTING,
    ("shutting down",): _STARTING,
    ("failed to resolve host",): "the name of its host is not known",
    ("Connection refused",): "nothing listens at its host and port",
    ("timeout",): f"it does not answer within {CONNECT_TIMEOUT} seconds: look at its host, its port and the network",
}
"""Reasons by the phrases in a message about a connection. The first reason whose phrases are all there is taken."""


def reason_of(error: Exception) -> str:
    """The reason, as the end of a sentence: "it refuses the user or the password"."""
    state = getattr(error, "sqlstate", None) or ""
    if state:
        unknown = f"PostgreSQL says {state}, see https://www.postgresql.org/docs/current/errcodes-appendix.html"
        return next((reason for prefix, reason in _BY_STATE.items() if state.startswith(prefix)), unknown)
    if not any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):
        return "the address is not one that PostgreSQL's driver understands"
    message = str(error)
    unknown = "it does not answer, or refuses the user: look at its host, its port, its password and the network"
    return next((reason for phrases, reason in _BY_PHRASE.items() if all(map(message.__contains__, phrases))), unknown)

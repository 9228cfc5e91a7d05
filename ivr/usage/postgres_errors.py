"""The reason for a fault of PostgreSQL in our own words: the driver's message may hold a part of the URL."""

_BY_STATE = {
    "28": "it refuses the user or the password: correct them in IVR_USAGE_URL",
    "3D": "it has no database of that name: make it, or correct the name in IVR_USAGE_URL",
    "25006": "it is read-only: this address leads to a copy, or it was set so",
    "42501": "its user has not the right to: give it the right to create a schema in this database",
    "53100": "its disk is full",
    "53": "its memory or its connections are used up",
    "57014": "it takes too long for one statement: look at its load and at locks",
    "55P03": "it takes too long for one statement: look at its load and at locks",
    "57P03": "it is starting or stopping",
}
"""Reasons by SQLSTATE or its first characters: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_BY_PHRASE = {
    "password authentication failed": _BY_STATE["28"],
    "no password supplied": "it asks for a password, and IVR_USAGE_URL has none",
    "no pg_hba.conf entry": "its pg_hba.conf does not let this machine, user or connection in: add a line there",
    "root certificate file": (
        "there is no file of trusted certificates: add sslrootcert= and a file, such as "
        "/etc/ssl/certs/ca-certificates.crt or the provider's, to IVR_USAGE_URL"
    ),
    "certificate verify failed": (
        "its certificate is not trusted: name the file of its authority as sslrootcert= in IVR_USAGE_URL"
    ),
    "does not match host name": "its certificate is for another name: write that name as the host in IVR_USAGE_URL",
    "does not support SSL": "it does not speak TLS: switch TLS on there, or correct sslmode= in IVR_USAGE_URL",
    "does not exist": _BY_STATE["3D"],
    "resolve host": "its host has no address in DNS: correct the host in IVR_USAGE_URL",
    "translate host name": "its host has no address in DNS: correct the host in IVR_USAGE_URL",
    "Connection refused": "no database listens at its host and port: start it, or correct IVR_USAGE_URL",
    "timeout expired": "it does not answer in time: look at the network, the firewall and the host in IVR_USAGE_URL",
    "too many": _BY_STATE["53"],
    "connection slots": _BY_STATE["53"],
    "the database system is": _BY_STATE["57P03"],
    "invalid": "the address is not one that PostgreSQL's driver understands: look at its parameters and its port",
}
"""Reasons by phrases of libpq, which gives no SQLSTATE while it connects. The first phrase that fits decides."""


def reason_of(error: Exception) -> str:
    """The reason for an exception of psycopg, and mostly the remedy, as the rest of a sentence."""
    state, message = getattr(error, "sqlstate", None) or "", str(error)
    reasons = [reason for prefix, reason in _BY_STATE.items() if state.startswith(prefix)]
    if not state:
        reasons = [reason for phrase, reason in _BY_PHRASE.items() if phrase in message]
    if reasons:
        return reasons[0]
    if state:
        return f"PostgreSQL says {state}, see https://www.postgresql.org/docs/current/errcodes-appendix.html"
    if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):
        return "it does not answer: look at its host, its port and the network"
    return "the address is not one that PostgreSQL's driver understands"

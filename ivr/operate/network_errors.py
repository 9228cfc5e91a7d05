"""The reasons why a host gives no reply, as values and in words: DNS, connection, TLS, certificate, HTTP."""

import errno
import socket
import ssl
from http.client import HTTPException, RemoteDisconnected

from ivr.errors import Unreachable, UnreachableReason

_CERTIFICATE: dict[int, tuple[UnreachableReason, str]] = {
    9: ("certificate", "offers a certificate that is not valid yet: is the clock of this machine right?"),
    10: ("expired", "offers a certificate that has expired"),
    18: ("certificate", "offers a self-signed certificate, which Twilio does not trust"),
    19: ("certificate", "offers a certificate of a private authority, which Twilio does not trust"),
    20: (
        "chain",
        "offers a certificate without its intermediate certificates, or of an authority that Twilio does not trust",
    ),
    21: ("chain", "offers a certificate without its intermediate certificates"),
    62: ("other name", "offers a certificate for another name"),
    64: ("other name", "offers a certificate for another address"),
}
"""Reason and words by X509_V_ERR_…: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/"""
_CONNECTION: dict[int, tuple[UnreachableReason, str]] = {
    errno.ECONNREFUSED: ("refused", "refuses the connection: no program listens on that port"),
    errno.ECONNRESET: ("closed", "accepts the connection and closes it without an answer"),
    errno.EPIPE: ("closed", "accepts the connection and closes it without an answer"),
    errno.EHOSTUNREACH: ("timeout", "cannot be reached: there is no route to it"),
    errno.ENETUNREACH: ("offline", "cannot be reached: this machine has no network"),
    socket.EAI_AGAIN: ("offline", "cannot be looked up: this machine's name server does not answer"),
    socket.EAI_NONAME: ("name", "has no address: the name does not exist in DNS"),
    socket.EAI_NODATA: ("name", "has no address: the name has no A or AAAA record in DNS"),
}
"""Reason and words by errno, or by the code of getaddrinfo; none of these codes is the number of an errno above."""


def unreachable_error(address: str, error: BaseException) -> Unreachable:
    """The error for a host at `address`, by an exception of urllib, http.client, socket or ssl.

    Example of its sentence: "line.example.org:443 refuses the connection: no program listens on that port".
    """
    reason, words = _reason_and_words(error)
    return Unreachable(f"{address} {words}", reason)


def _reason_and_words(error: BaseException) -> tuple[UnreachableReason, str]:
    inner = getattr(error, "reason", None)  # of URLError; the reason of an SSLError is a word
    cause = inner if isinstance(inner, BaseException) else error
    match cause:
        case ssl.SSLCertVerificationError():
            words = f"offers a certificate that is refused ({cause.verify_message})"
            return _CERTIFICATE.get(cause.verify_code, ("certificate", words))
        case TimeoutError():
            return "timeout", "does not answer in time: a firewall may keep the request back"
        case RemoteDisconnected() | ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return "closed", "accepts the connection and closes it without an answer"
        case ssl.SSLError():
            return "tls", f"does not speak TLS on that port ({cause.reason or type(cause).__name__})"
        case OSError() if cause.errno in _CONNECTION:
            return _CONNECTION[cause.errno]
        case HTTPException() | ValueError():
            return "other", f"gives an answer that is not HTTP ({type(cause).__name__})"
    return "other", f"does not answer ({getattr(cause, 'strerror', None) or type(cause).__name__})"

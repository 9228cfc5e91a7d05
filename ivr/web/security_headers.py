"""The headers of every page, which loads and runs only our own files, is not cached, and sends no referrer."""

from collections.abc import Mapping

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""https://www.w3.org/TR/CSP3/"""
DISABLED_FEATURES = (
    "camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb", "screen-wake-lock",
)  # fmt: skip
"""https://www.w3.org/TR/permissions-policy/"""

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DISABLED_FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
"""For pages and answers: they show what a visitor read or heard, so no copy may stay on the device."""
STATIC_HEADERS: Mapping[str, str] = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
"""For style sheets, scripts and the icon: the name of each holds a hash of its content."""

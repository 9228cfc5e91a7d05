"""The headers of every page: nothing from elsewhere, nothing inline, nothing kept, nothing told to the next site."""

from collections.abc import Mapping

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""https://www.w3.org/TR/CSP3/"""
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb", "screen-wake-lock")

SAFE: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FRESH: Mapping[str, str] = {**SAFE, "Cache-Control": "no-store"}
"""For whatever shows what somebody read or heard: no copy stays on the device."""
FIXED: Mapping[str, str] = {**SAFE, "Cache-Control": "public, max-age=31536000, immutable"}
"""For style and script: their names hold a hash of what is in them."""

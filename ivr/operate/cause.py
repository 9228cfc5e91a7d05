"""A cause of trouble and its remedy, and the steps that several remedies share."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Effect = Literal[
    "no service", "fallback", "perhaps fallback", "no transfer", "perhaps over", "some texts", "data leaks",
    "no fallback", "server's settings", "none", "",
]  # fmt: skip
"""The effect of a cause on callers while it lasts, the worst first; "" if the effect is not known."""
EFFECTS: Mapping[Effect, str] = {
    "no service": "Callers now hear neither the line nor the fallback document.",
    "fallback": "Callers now hear the fallback document in place of the menu, if one is set at Twilio; else an error.",
    "perhaps fallback": "Some or all callers may now hear the fallback document in place of the menu.",
    "no transfer": "Callers now hear the menu, but key 0 does not connect them: they hear that the hotline was not "
    "reached, and its number.",
    "perhaps over": "The fault may be over: a test call shows what callers hear now.",
    "some texts": "Callers now hear the menu. Some texts, or all texts of a language, are not spoken in that language.",
    "data leaks": "Callers now hear the menu, but data about them reaches others than this line.",
    "no fallback": "Callers now hear the menu. If the line fails, they hear an error message of Twilio's.",
    "server's settings": "Callers now hear the menu, with the settings and the texts on the server.",
    "none": "This does not change what callers hear now.",
    "": "",
}


class Cause(NamedTuple):
    """A sentence that says what is wrong, and the steps that mend it, one a line. As a string, one paragraph.

    Example: `Cause("A SIP trunk is set.", "Take it off in Twilio's console.\\nRun `ivr number set`.")`.
    """

    found: str
    remedy: str
    effect: Effect = ""

    def __str__(self) -> str:
        return " ".join((self.found, *self.remedy.splitlines()))


SEE_WHETHER_LINE_RUNS = (
    "See on the server whether the line runs: `systemctl status line` (systemd) or `docker ps` (containers). If it "
    "does not run, start it with the command that restarts it."
)
RELOAD_PROXY = "Reload the proxy on the server: `systemctl reload nginx` or `systemctl reload caddy`."


def tell_proxy_owner(change: str, is_last_resort: bool = False) -> str:
    """The step that asks the owner of the proxy for `change`, a sentence; `is_last_resort`: earlier steps may do."""
    send = "If that does not help, send" if is_last_resort else "Send"
    return (
        f"{send} this to the person who set up the proxy on the server (if that is you, do it and reload the proxy): "
        f"“{change} In the folder of the line, deploy/nginx.conf and deploy/Caddyfile have settings that work.”"
    )

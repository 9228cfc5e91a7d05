"""The differences between the line on the server and the line on this machine, and what to do about them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from ivr.errors import OperationFailed
from ivr.operate.cause import Cause, Effect
from ivr.operate.doctor.check import Finding, Target, fails
from ivr.operate.health import Health, health_at, health_of


class Aspect(NamedTuple):
    """A thing in which two lines can differ. `consequence` is for callers; `remedy` has {server} and {local}."""

    name: str
    consequence: str
    remedy: str

    def cause(self, server: str, local: str) -> Cause:
        """The cause for the value `server` of the server and `local` of this machine."""
        found = f"{self.name} is {server} on the server, and {local} on this machine. {self.consequence}".rstrip()
        return Cause(found, self.remedy.format(name=self.name, server=server, local=local), "server's settings")


_EITHER = (
    "Decide which of the two your agency wants.\n"
    "If “{server}”: write {name}={server} into the settings on this machine; the server has it already.\n"
    "If “{local}”: write {name}={local} into the settings on the server, and restart the line."
)
OTHER_RELEASE = Aspect(
    "the release of the line",
    "",
    "Bring the server and this machine to the newer of the two releases: docs/upgrade.md has the steps.",
)
_HOTLINE = Aspect(
    "the hotline's number",
    "Callers are connected with the number that the server has.",
    "Find out the right number (https://humantraffickinghotline.org), then bring the texts and IVR_HOTLINE to it on "
    "the server or on this machine.\nRestart the line.",
)
_SETTINGS: Mapping[str, Aspect] = {
    "silence": Aspect(
        "IVR_SILENCE",
        "It decides what a caller gets who presses no key: “connect” (the usual setting) connects them with the "
        "hotline, “goodbye” says its number twice and ends the call.",
        _EITHER,
    ),
    "line_number": Aspect(
        "LINE_NUMBER",
        "It is the number that the hotline sees. Without it, callers who withhold their number may not be connected.",
        "Write the line's number as LINE_NUMBER into the settings on the server and on this machine.\n"
        "Restart the line.",
    ),
}
_TEXTS = (
    "Copy the folders prompts and locales, whole, from the machine that has the right texts to the other one.\n"
    "Restart the line."
)
_MEND = "Mend that on the server."
_COPY_ALL = (
    "Mend that on the server; or copy the folders prompts and locales from this machine, where they have no such "
    "fault, over those on the server."
)
_UNSEEN = Cause(
    "the server answers otherwise than this machine would, and /health/ready does not say in what: the release, a "
    "text, LINE_NUMBER or IVR_SILENCE.",
    "Bring release, texts and settings on the server and on this machine together.\nRestart the line.",
    "server's settings",
)


def finding_for_difference(target: Target) -> Finding:
    """The finding for a server whose answer is not that of this machine: where its report shows a difference."""
    local, causes = health_of(target.readiness), list[Cause]()
    with suppress(OperationFailed):  # the proxy does not pass the report on
        server = health_at(target.settings.public_url, target.external.fetch)
        if has_faults_of_its_own(server, local):
            return finding_for_faulty_server(server, local)
        causes = list(_differences(server, local))
    found, remedies, effects = zip(*(causes or [_UNSEEN]), strict=True)
    return fails(" ".join(found), "\n".join(dict.fromkeys(remedies)), effects[0], ("line",))


def _differences(server: Health, local: Health) -> Iterator[Cause]:
    """The parts in which two lines differ."""
    if server.release != local.release:
        yield OTHER_RELEASE.cause(server.release, local.release)
    if server.hotline and server.hotline != local.hotline:
        yield _HOTLINE.cause(server.hotline, str(local.hotline))
    for field, value in local.settings.items():
        if server.settings.get(field, value) != value:
            setting = _SETTINGS.get(field, Aspect(field.upper(), "", _EITHER))
            yield setting.cause(server.settings[field], value)
    for tag, language in local.languages.items():
        other = server.languages.get(tag)
        if other and (other.digest, other.withheld) != (language.digest, language.withheld):
            yield Cause(f"The texts in {tag} differ.", _TEXTS, "server's settings")


def has_faults_of_its_own(server: Health, local: Health) -> bool:
    """Whether the line of the server is not whole for a reason that the line of this machine does not have.

    A reason that both have is reported once, by the checks of this machine.
    """
    return not server.ready and (server.sends_menu, server.faults) != (local.sends_menu, local.faults)


def finding_for_faulty_server(server: Health, local: Health) -> Finding:
    """The finding for a line on the server that is not whole, and perhaps sends the fallback document."""
    reason = server.faults[0] if server.faults else "no reason is given."
    tags = [tag for tag, language in server.languages.items() if language.withheld or language.faults]
    if not server.sends_menu:
        found = f"on the server the line sends the fallback document to every call: {reason}"
        steps = [_COPY_ALL if local.sends_menu else _MEND]
    elif tags:
        found = f"on the server, the language {', '.join(tags)} is missing, or not all of it is spoken: {reason}"
        steps = _steps_for_languages(tags, local)
    else:
        found, steps = f"the line on the server is not whole: {reason}", [_MEND]
    effect: Effect = "some texts" if server.sends_menu else "fallback"
    return fails(found, "\n".join([*steps, "Restart the line."]), effect, ("line",))


def _steps_for_languages(tags: Sequence[str], local: Health) -> list[str]:
    """The steps that mend the languages `tags` of the server: copy their folders, if all of them are whole here."""
    if any(tag not in local.languages or local.languages[tag].faults for tag in tags):
        return [_MEND]
    return [
        f"Copy the folder locales/{tag} from this machine, where it has no fault, over the one on the server, for "
        f"example: `scp -r locales/{tag} SERVER:/opt/line/locales/` (with the name of the server, in the folder of "
        "the line)."
        for tag in tags
    ]

"""The telephone on a page, in the hands of a test."""

from playwright.sync_api import Locator, Page, expect


class Handset:
    """The telephone on a page, in the hands of a test. Time stands still but for `seconds`."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.clock.install()
        page.goto(address)
        self.phone: Locator = page.locator("#phone")
        self.log: Locator = page.locator("#log")

    @property
    def state(self) -> str:
        """Which of its states the telephone is in."""
        return str(self.phone.get_attribute("data-state"))

    def seconds(self, many: int) -> None:
        """Let time pass, and whatever is to happen in it."""
        for _ in range(many):
            self.page.clock.run_for(1000)

    def calls(self) -> None:
        """Press the button “Call” and wait for the first word."""
        self.page.locator("#call").click()
        expect(self.log.locator(".caption").first).to_be_visible()

    def key(self, key: str) -> Locator:
        """One of the twelve buttons."""
        return self.page.locator(f'[data-key="{key}"]')

    def shows(self, state: str, within: int = 400) -> None:
        """Let time pass until the telephone is in `state`."""
        for _ in range(within):
            if self.state == state:
                return
            self.seconds(1)
            self.page.wait_for_timeout(1) if self.state == "waiting" else None
        raise AssertionError(f"{within} seconds, and the telephone is still {self.state}")

    @property
    def focused(self) -> str:
        """What has the focus: the id or the key of an element, empty where it was lost."""
        return str(
            self.page.evaluate(
                "document.activeElement === document.body ? '' : document.activeElement.id || "
                "document.activeElement.dataset.key || document.activeElement.dataset.outcome || 'something'"
            )
        )

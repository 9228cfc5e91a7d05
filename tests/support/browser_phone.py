"""Drives the phone page in a browser."""

from playwright.sync_api import Locator, Page, expect


class PhonePage:
    """The phone page in a browser whose clock is stopped: time passes only in `let_time_pass` and `wait_for_state`."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.clock.install()
        page.goto(address)
        self.phone: Locator = page.locator("#phone")
        self.log: Locator = page.locator("#log")

    @property
    def state(self) -> str:
        """The state of the telephone: idle, waiting, talking, listening or dialling."""
        return str(self.phone.get_attribute("data-state"))

    def let_time_pass(self, seconds: int) -> None:
        """Let `seconds` pass, with all that happens in them."""
        for _ in range(seconds):
            self.page.clock.run_for(1000)

    def start_call(self, aloud: bool = False) -> None:
        """Begin to read, or to listen, and wait for the first caption."""
        self.page.locator("#listen" if aloud else "#read-silently").click()
        expect(self.log.locator(".caption").first).to_be_visible()

    def fill_the_log(self) -> None:
        """Begin to read, and read more than the log can show at once."""
        self.start_call()
        for key in "22*2":
            self.let_time_pass(30)
            self.key(key).click()

    def scroll_back(self) -> None:
        """Scroll the captions to their beginning, as a visitor does who reads again."""
        self.log.evaluate("log => { log.scrollTop = 0; log.dispatchEvent(new Event('scroll')); }")

    def shows(self, entry: Locator) -> bool:
        """Whether `entry`, a line or sentence of a caption, begins inside the visible part of the log."""
        expect(entry).to_be_in_viewport()
        box, log = entry.bounding_box(), self.log.bounding_box()
        return bool(box and log and log["y"] <= box["y"] <= log["y"] + log["height"])

    def hide(self, hidden: bool = True) -> None:
        """Hide the page, as when another tab is opened, or show it again."""
        self.page.evaluate(
            "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            hidden,
        )

    def key(self, key: str) -> Locator:
        """One of the twelve key buttons."""
        return self.page.locator(f'[data-key="{key}"]')

    def wait_for_state(self, state: str, seconds: int = 400) -> None:
        """Let time pass until the telephone is in `state`, at most `seconds`."""
        for _ in range(seconds):
            if self.state == state:
                return
            self.let_time_pass(1)
        raise AssertionError(f"after {seconds} seconds the telephone is still {self.state}")

    @property
    def focused(self) -> str:
        """The element with the focus: its id, key or outcome; "" if the focus was lost."""
        return str(
            self.page.evaluate(
                "document.activeElement === document.body ? '' : document.activeElement.id || "
                "document.activeElement.dataset.key || document.activeElement.dataset.outcome || 'another'"
            )
        )

"""A person at a browser, and what no page may do to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page

from tests.e2e.pages import cut_off, findings

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 780}
# A broken policy is said by Chromium itself, too; this one also sees what is only reported.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));"""
REFUSED = (
    "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
)


class Visitor:
    """One browser context. Each page looked at has a name, for messages and contact sheets."""

    def __init__(self, browser: Browser, site: str, *, language="en", sheets=None, **options):
        self.site, self.sheets = site, sheets
        self.runs_script = options.get("java_script_enabled", True)
        self.context = browser.new_context(
            viewport=WIDE, reduced_motion="reduce", base_url=site, **options
        )
        self.speaks(language)
        self.context.add_init_script(TELL_VIOLATIONS)
        self.context.set_default_timeout(30_000)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.missed: list[str] = []
        self.page.on("response", lambda r: self.missed.append(r.url) if r.status == 404 else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def speaks(self, language: str) -> None:
        cookie = {"name": "django_language", "value": language, "url": self.site}
        self.context.add_cookies([cookie])

    def goes_to(self, address: str) -> None:
        self.page.goto(address)

    def looks_at(self, name: str, *, refused: bool = False) -> None:
        """What stands here breaks no policy, is open to everybody and fits on a phone.

        Of a form that was not accepted the browser says so, and nothing else.
        """
        if self.runs_script:
            assert (found := findings(self.page)) == [], f"{name}: {found}"
            with self._phone():
                assert (cut := cut_off(self.page)) == [], f"{name} at 360: {cut}"
        said, self.said[:] = list(self.said), []
        assert said == [REFUSED] * refused, f"{name} at {self.page.url}: {said} {self.missed}"
        if self.sheets and refused:
            self.sheets.take_as_it_is(self.page, name)
        elif self.sheets:
            self.sheets.take(self.context, name, self.page.url)

    @contextmanager
    def _phone(self) -> Iterator[None]:
        self.page.set_viewport_size(PHONE)
        yield
        self.page.set_viewport_size(WIDE)

    # --- The shortest words for what a person does, found as a screen reader finds it ---

    def follows(self, name, **options) -> None:
        self._goes_by(self.page.get_by_role("link", name=name, **options).first)

    def presses(self, name, **options) -> None:
        self._goes_by(self.page.get_by_role("button", name=name, **options).first)

    def _goes_by(self, way: Locator) -> None:
        """A click alone returns on the page that is being left."""
        with self.page.expect_navigation():
            way.click()

    def fills(self, **fields) -> None:
        """Fields by label; underscores are spaces."""
        for label, value in fields.items():
            self.types(label.replace("_", " "), value)

    def types(self, label: str, value: str) -> None:
        # A label may go on, as in "Email (optional)".
        self.page.get_by_label(label).first.fill(value)

    def reads(self, words, *, within: float = 30) -> None:
        """The words stand on the page, or come to stand there."""
        self.page.get_by_text(words).first.wait_for(timeout=within * 1000)

    def logs_in(self, login: str, password: str) -> None:
        self.goes_to("/login")
        self.fills(Phone_or_email=login, Password=password)
        self._goes_by(self.page.get_by_role("main").get_by_role("button", name="Log in"))

    def logs_out(self) -> None:
        self.page.locator("summary", has_text="My account").click()
        self.presses("Log out")

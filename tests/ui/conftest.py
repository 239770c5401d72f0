import pytest

PHONE = 700


class Visits:
    """What one test opens in the browser."""

    def __init__(self, browser, origin: str):
        self.browser, self.origin = browser, origin

    def __call__(self, address, *, width=1280, session=None, **options):
        """Open an address; what the console said is in `page.said`."""
        is_phone = width < PHONE
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            has_touch=is_phone,
            is_mobile=is_phone,
            **options,
        )
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.origin}])
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(self.origin + address, wait_until="load")
        return page


@pytest.fixture
def visit(live_server, browser):
    return Visits(browser, live_server.url)

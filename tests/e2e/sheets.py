"""A page at two widths, in two themes and three languages, on one sheet to be looked at."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e import pages

LANGUAGES = ("uz", "ru", "en")
LOOKS = [(width, theme) for width in (1280, 360) for theme in ("light", "dark")]
TALLEST, GAP, HEAD = 2600, 24, 44
PAPER, INK = "#b9c0c4", "#10181c"


@dataclass
class Sheets:
    """Makes the sheets, and notes what is wrong on the way."""

    folder: Path
    browser: Browser
    findings: list[str] = field(default_factory=list)

    def take(self, context: BrowserContext, name: str, url: str) -> None:
        """The page as its visitor would see it in every look; the address is opened anew."""
        shots = {}
        for width, theme in LOOKS:
            page = self._open(context, width, theme)
            for language in LANGUAGES:
                shots[language, width, theme] = self._shoot(page, name, url, language)
            page.context.close()
        compose(shots, f"{name}   {url}").save(self.folder / f"{name}.png")

    def take_as_it_is(self, page: Page, name: str) -> None:
        """What an answer to a form looks like: it cannot be opened anew in another language."""
        shots, before = {}, page.viewport_size
        for width, theme in LOOKS:
            page.set_viewport_size({"width": width, "height": 780})
            page.emulate_media(color_scheme=theme)
            shots["en", width, theme] = _picture(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)
        compose(shots, f"{name}   {page.url}").save(self.folder / f"{name}.png")

    def _open(self, context: BrowserContext, width: int, theme: str) -> Page:
        is_phone = width < 700
        look = self.browser.new_context(
            viewport={"width": width, "height": 780},
            color_scheme=theme,
            reduced_motion="reduce",
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        look.add_cookies(context.cookies())
        return look.new_page()

    def _shoot(self, page: Page, name: str, url: str, language: str) -> Image.Image:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        cookie = {"name": "django_language", "value": language, "url": origin}
        page.context.add_cookies([cookie])
        page.goto(url, wait_until="load")
        wrong = pages.cut_off(page)
        if language == "ru":
            wrong += pages.findings(page)
        width = page.viewport_size["width"]
        self.findings += [f"{name} {language} {width}: {one}" for one in wrong]
        return _picture(page)


def _picture(page: Page) -> Image.Image:
    """All of it on one tall screen, so that what sticks to an edge covers nothing."""
    before = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(before | {"height": max(before["height"], min(height, TALLEST))})
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.set_viewport_size(before)
    return shot


def compose(shots: dict[tuple[str, int, str], Image.Image], title: str) -> Image.Image:
    """A row per language, a column per width and theme."""
    languages = [one for one in LANGUAGES if (one, *LOOKS[0]) in shots]
    heights = {one: max(shots[one, *look].height for look in LOOKS) for one in languages}
    width = sum(look[0] + GAP for look in LOOKS) + GAP
    sheet = Image.new("RGB", (width, HEAD + sum(heights.values()) + GAP * 4), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, 10), title, INK, font=ImageFont.load_default(22))
    top = HEAD
    for language in languages:
        left = GAP
        for look in LOOKS:
            sheet.paste(shots[language, *look], (left, top))
            left += look[0] + GAP
        top += heights[language] + GAP
    return sheet

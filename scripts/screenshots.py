"""The pictures in the README, taken from a running demo: `python -m scripts.screenshots`.

Start the product first (`python3 run.py`); another address may be given as an argument.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOGIN, PASSWORD = "aziza@namuna.example", "namuna-2026-parol"  # noqa: S105  the demo's own
PRODUCTS, ORDERS = "/partner-dashboard/products/", "/partner-dashboard/orders/"
WIDE, PHONE = (1280, 800), (360, 780)


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    size: tuple[int, int] = WIDE
    theme: str = "light"
    # Links to follow from there, each the first that matches.
    follow: tuple[str, ...] = ()


PICTURES = [
    Picture("home", "/"),
    Picture("overview", "/partner-dashboard/"),
    Picture("overview-dark", "/partner-dashboard/", theme="dark"),
    Picture("overview-phone", "/partner-dashboard/", size=PHONE),
    Picture("products", PRODUCTS),
    Picture("product", PRODUCTS, follow=("main tbody a",)),
    Picture("card", PRODUCTS, follow=("main tbody a", "main a[href*='/listings/']")),
    Picture("add-product", PRODUCTS + "add/"),
    Picture("orders", ORDERS),
    Picture("order", ORDERS, follow=("main tbody a",)),
    Picture("analytics", "/partner-dashboard/analytics/"),
]


def take(browser: Browser, site: str, session: StorageState | None, picture: Picture) -> None:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.theme == "dark" else "light",
        locale="uz",
        reduced_motion="reduce",
        storage_state=session,
    )
    page = context.new_page()
    page.goto(site + picture.path)
    for link in picture.follow:
        page.goto(site + str(page.locator(link).first.get_attribute("href")))
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def sign_in(browser: Browser, site: str) -> StorageState:
    page = browser.new_page()
    page.goto(f"{site}/login")
    page.locator("main input[type=text]").first.fill(LOGIN)
    page.locator("main input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/partner-dashboard/**")
    return page.context.storage_state()


def main(arguments: list[str]) -> int:
    site = (arguments or ["http://127.0.0.1:3000"])[0].rstrip("/")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        session = sign_in(browser, site)
        for picture in PICTURES:
            take(browser, site, None if picture.path == "/" else session, picture)
            print(f"docs/screenshots/{picture.name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

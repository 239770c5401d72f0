"""From the first page to a connected shop: what a seller and one of ours do on the way."""

import re
from dataclasses import dataclass

from tests import factories
from tests.partners.telegram.linking import CHAT
from tests.processes import wait_until


@dataclass(frozen=True)
class Applicant:
    company: str = "Namuna Savdo"
    phone: str = "+998 90 123 45 67"
    tax_id: str = "301234567"
    password: str = "choynak-va-piyola-7"


APPLICANT = Applicant()


def finds_out_what_it_is(seller):
    pitches = set()
    for language in ("uz", "ru", "en"):
        seller.speaks(language)
        seller.goes_to("/")
        assert seller.page.locator("html").get_attribute("lang") == language
        pitches.add(seller.page.get_by_role("heading", level=1).inner_text())
        seller.looks_at("landing")
    assert len(pitches) == 3
    seller.follows("Register")
    seller.page.wait_for_url("**/partner-registration")


def registers(seller, code):
    """Without an email, as most do."""
    seller.goes_to(f"/partner-registration?ref={code}")
    seller.looks_at("registration")
    seller.fills(
        First_name="Aziza",
        Last_name="Karimova",
        Phone=APPLICANT.phone,
        Password=APPLICANT.password,
        Company_name=APPLICANT.company,
        INN=APPLICANT.tax_id,
    )
    seller.page.get_by_role("radio").first.check()
    assert seller.page.get_by_label("Referral code").input_value() == code
    seller.page.get_by_label("I have read the terms").check()
    seller.presses("Send the application")
    seller.page.get_by_role("heading", name="waits for approval").wait_for()
    seller.reads("What happens next")
    seller.reads(code)
    seller.looks_at("waiting")


def links_telegram(seller, bot):
    """While the application waits."""
    seller.presses("Link Telegram")
    seller.looks_at("telegram-link")
    command = seller.page.locator("code.mono").inner_text()
    bot.text(CHAT, command, username="aziza")
    wait_until(lambda: any("Linked" in text for text in bot.said_to(CHAT)), 30)
    seller.follows("I have pressed Start")
    seller.reads("Linked as @aziza.")
    seller.looks_at("telegram-linked")


def is_approved_by(staff, admin, code):
    staff.goes_to("/login")
    staff.looks_at("login")
    staff.logs_in(admin.email, factories.PASSWORD)
    staff.goes_to("/admin-panel/partners/")
    staff.looks_at("staff-partners")
    staff.follows(APPLICANT.company)
    for words in (APPLICANT.tax_id, code):
        staff.reads(words)
    staff.looks_at("staff-partner")
    staff.presses("Approve")
    staff.reads("The partner is approved.")
    staff.looks_at("staff-partner-approved")


def hears_of_it(seller, bot):
    approved = "Your application is approved"
    wait_until(lambda: any(approved in text for text in bot.said_to(CHAT)), 30)
    seller.goes_to("/partner-dashboard/notifications/")
    seller.reads(re.compile("approved", re.IGNORECASE))
    seller.looks_at("notifications-first")


def starts_with_nothing(seller):
    seller.goes_to("/partner-dashboard/")
    seller.looks_at("overview-first")
    for section in ("Orders", "Products", "Analytics", "Referrals"):
        seller.follows(section, exact=True)
        seller.looks_at(f"{section.lower()}-first")


def connects_a_shop(seller, sandbox, key, *, wrong_key):
    seller.follows("Marketplaces", exact=True)
    seller.looks_at("marketplaces-first")
    seller.follows("Connect", exact=True)
    seller.looks_at("connect")
    seller.types("Api-Key", wrong_key)
    seller.presses("Test connection")
    seller.reads("The marketplace refused the key.")
    seller.reads("In their words:")
    seller.looks_at("marketplace-refused")
    seller.types("Api-Key", key)
    seller.presses("Replace and test")
    seller.reads("The new key works.")
    seller.looks_at("marketplace-tested")
    shop = sandbox.state(key)["campaigns"][0]["name"]
    seller.page.get_by_role("radio", name=shop).check()
    seller.presses("Start working")
    seller.reads("The shop is connected.")
    seller.looks_at("marketplace")
    assert key not in seller.page.content()
    seller.follows("Marketplaces", exact=True)
    seller.looks_at("marketplaces")

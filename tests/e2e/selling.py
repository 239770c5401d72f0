"""From a name and a cost to money: the product, its card, its orders, its figures."""

import re
from decimal import Decimal
from pathlib import Path

from tests.partners.telegram.linking import CHAT
from tests.processes import wait_until

PRODUCT, PIECES, SOLD, BY_TELEGRAM = "Кружка керамическая «Пахта» 350 мл", 12, 2, 1
# Packed; the sandbox's carrier takes the parcel two seconds later.
READY = ("READY_TO_SHIP", "DELIVERY_SERVICE_RECEIVED", "PICKUP_SERVICE_RECEIVED")


# --- The product, its card, and where it went ---


def adds_a_product(seller, photo):
    """Its SKU and price, as proposed."""
    seller.follows("Products", exact=True)
    seller.follows("Add product")
    seller.looks_at("add-product")
    seller.presses("Add product")
    seller.page.get_by_role("alert").wait_for()
    seller.looks_at("add-product-refused", refused=True)
    seller.fills(Name=PRODUCT, Quantity=str(PIECES), Cost_price="60 000")
    seller.page.get_by_label("Photo").set_input_files(photo)
    seller.presses("Add product")
    seller.reads("Look at what we propose")
    seller.reads("Proposed from your cost price.")
    wait_until(lambda: says(seller.page, "Proposed by the words"), 30)
    seller.looks_at("product-new")
    sku = seller.page.locator("header.head p").inner_text()
    return sku, amount(seller.page.locator(".waterfall .total .num").inner_text())


def reads_the_card(seller):
    wait_until(lambda: says(seller.page, "Read the card and approve it"), 30)
    seller.follows("Read the card and approve it")
    seller.reads("no AI model was used")
    for language in ("ru", "uz"):
        text = seller.page.locator(f"section[lang={language}]")
        assert len(text.inner_text()) > 100
    seller.reads("Facts the texts rest on")
    seller.looks_at("card")


def mends_what_is_missing(seller):
    """Whatever the page says must be done before the card can be sent."""
    card = seller.page.url
    for _round in range(5):
        asked = seller.page.locator("#blockers a")
        if not asked.count():
            return
        with seller.page.expect_navigation():
            asked.first.click()
        if seller.page.get_by_label("Brand").count():
            seller.looks_at("product-edit")
            seller.types("Brand", "Paxta")
            seller.presses("Save")
        else:
            seller.looks_at("card-edit")
            fills_required_choices(seller)
        seller.goes_to(card)
        # The card may be written anew from what was changed.
        wait_until(lambda: says(seller.page, "Approve and send"), 30)


def fills_required_choices(seller):
    for choice in seller.page.get_by_role("combobox").all():
        if choice.is_visible() and not choice.input_value():
            choice.select_option(index=1)
    seller.presses("Save as a new version")


def publishes(seller):
    """Approved, sent, checked by the marketplace, and its verdict read back."""
    seller.presses("Approve and send")
    seller.reads("Approved. The card, the price and the stock are being sent.")
    seller.looks_at("card-approved")
    wait_until(lambda: says(seller.page, "On the marketplace"), 60, every=1)
    seller.looks_at("card-published")


def is_on_the_marketplace(state, sku, price):
    [offer] = state["offers"]
    assert offer["sku"] == sku
    assert Decimal(str(offer["price"])) == price
    assert list(offer["stock"].values()) == [PIECES]
    assert offer["errors"] == []
    # Really fetched by the sandbox from our web process.
    assert list(offer["media"].values()) == ["UPLOADED"]
    assert "Пахта" in offer["fields"]["name"]


# --- Orders, and what they brought ---


def is_ordered(seller, sandbox, key, sku, quantity):
    """Somebody buys there, and the order comes here by itself. Its number."""
    placed = sandbox.control("POST", "orders", account=key, sku=sku, quantity=quantity)
    number = str(placed["id"])
    seller.goes_to("/partner-dashboard/orders/")
    wait_until(lambda: says(seller.page, number), 40, every=1)
    return number


def acts_from_telegram(seller, bot, sandbox, key, sku):
    """The first order: told of, packed and labelled without the cabinet."""
    placed = sandbox.control("POST", "orders", account=key, sku=sku, quantity=BY_TELEGRAM)
    order = str(placed["id"])
    wait_until(lambda: any(order in text for text in bot.said_to(CHAT)), 40)
    bot.press(CHAT, bot.buttons()[0]["callback_data"])
    wait_until(lambda: standing(sandbox, key, order) in READY, 30)
    wait_until(lambda: bot.of("editMessageText"), 30)
    assert "ready to ship" in bot.of("editMessageText")[-1]["text"]
    assert told_once(sandbox, key, order)
    seller.goes_to("/partner-dashboard/orders/?tab=all")
    seller.follows(order)
    seller.reads("The marketplace knows that the parcel is ready")


def ships_an_order(seller, sandbox, key, sku):
    order = is_ordered(seller, sandbox, key, sku, SOLD)
    seller.looks_at("orders")
    seller.follows(order)
    seller.reads("The order came from the marketplace")
    seller.looks_at("order-new")
    seller.presses("Ready to ship")
    seller.reads("Ready to ship. The marketplace is being told.")
    wait_until(lambda: standing(sandbox, key, order) in READY, 30)
    # Before the carrier takes the parcel away: then there is nothing to stick a label on.
    with seller.page.expect_download() as download:
        seller.page.get_by_role("link", name="Label").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    wait_until(lambda: says(seller.page, "The marketplace knows that the parcel is ready"), 30)
    seller.looks_at("order-ready")
    assert told_once(sandbox, key, order)


def cancels_an_order(seller, sandbox, key, sku):
    order = is_ordered(seller, sandbox, key, sku, 1)
    seller.follows(order)
    seller.page.locator("summary", has_text="More actions").click()
    seller.follows("Cancel the order")
    seller.looks_at("order-cancel")
    seller.presses("Cancel the order")
    seller.page.get_by_role("alert").wait_for()
    seller.looks_at("order-cancel-refused", refused=True)
    seller.page.get_by_label("The goods are damaged").check()
    seller.presses("Cancel the order")
    seller.reads("Cancelled here. The marketplace is being told.")
    wait_until(lambda: standing(sandbox, key, order) == "SHOP_FAILED", 30)
    wait_until(lambda: says(seller.page, "The marketplace agreed to the cancellation"), 30)
    seller.looks_at("order-cancelled")


def sees_the_money(seller, price):
    sold = SOLD + BY_TELEGRAM
    seller.follows("Analytics", exact=True)
    figures = tiles(seller.page)
    assert amount(figures["Revenue"]) == sold * price
    assert (figures["Pieces sold"], figures["Cancelled"]) == (str(sold), "1")
    seller.page.get_by_text("Day by day").click()
    seller.looks_at("analytics")
    seller.follows("Overview", exact=True)
    assert amount(tiles(seller.page)["Revenue in 7 days"]) == sold * price
    seller.looks_at("overview")


def oversees(staff, price):
    staff.goes_to("/admin-panel/analytics/")
    assert amount(tiles(staff.page)["Revenue"]) == (SOLD + BY_TELEGRAM) * price
    staff.looks_at("staff-analytics")


# --- Reading a page ---


def says(page, words):
    page.reload()
    return page.get_by_text(words).count()


def standing(sandbox, key, order):
    found = {str(one["id"]): one for one in sandbox.state(key)["orders"]}
    return found[order]["substatus"]


def told_once(sandbox, key, order):
    written = sandbox.control("GET", f"effects?account={key}")["effects"]
    told = [one for one in written if one["path"].endswith("/status") and one["key"] == order]
    return len(told) == 1


def tiles(page):
    rows = page.locator(".tile").all()
    return {row.locator(".soft").first.inner_text(): row.locator("b").inner_text() for row in rows}


def amount(text):
    """The number in "158 000 so'm"."""
    return Decimal(re.sub(r"[^0-9.]", "", text))

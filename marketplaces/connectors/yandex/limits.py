"""How often Yandex Market may be asked.

The document of 2026-07-17 no longer holds the figures; these stood in it until 2026-02-13
(github.com/yandex-market/yandex-market-partner-api, openapi/paths) and stand on the method pages
of yandex.ru/dev/market/partner-api. Where the vendor counts products, we count requests of the
largest batch we send, so the budget is never overdrawn.
"""

from decimal import Decimal

from marketplaces.connectors.base import Limit, PriceJump

MINUTE = 60
HOUR = 3600

# "At most four requests at a time" for one campaign or one business.
MAX_PARALLEL = 4

OFFERS_BATCH = 100
OFFERS_BYTES = 400_000
ORDERS_BATCH = 50
STOCKS_BATCH = 2000
PRICES_BATCH = 500
QUARANTINE_PAGE = 200
TARIFFS_BATCH = 200
# The document counts 50 products of the answer a minute, 100 with a subscription.
ADVICE_BATCH = 50
STOCKS_READ = 500
CHATS_PAGE = 20
HISTORY_PAGE = 100
REVIEWS_PAGE = 50
RETURNS_PAGE = 100

# "A product lands in quarantine when its price changes too sharply": the document gives no number,
# and sellers may set their own. Three times, either way, is our reading of it; what they hold back
# all the same is read back from them.
PRICE_JUMP = PriceJump(
    Decimal(3), Decimal(3), "partner-api: price-quarantine, PRICE_CHANGE", "2026-07-17"
)

# They are no GET, yet only read.
READS = frozenset(
    (
        "auth_token",
        "business_settings",
        "orders",
        "offer_mappings",
        "offer_cards",
        "categories",
        "category_parameters",
        "price_quarantine",
        "price_advice",
        "shop_offers",
        "stocks_read",
        "tariffs",
        "chats",
        "chat_history",
        "reviews",
        "review_comments",
        "questions",
        "question_answers",
        "return_decisions",
        "marking_answers",
    )
)

LIMITS = {
    "auth_token": Limit(100, HOUR, "100 requests an hour"),
    "campaigns": Limit(5_000, HOUR, "5 000 requests an hour"),
    "business_settings": Limit(1_000, HOUR, "1 000 requests an hour"),
    "orders": Limit(10_000, HOUR, "10 000 requests an hour"),
    "order_status": Limit(100_000, HOUR, "100 000 requests an hour"),
    "labels": Limit(100_000, HOUR, "100 000 requests an hour"),
    "offer_mappings": Limit(600, MINUTE, "600 requests a minute"),
    "offer_cards": Limit(600, MINUTE, "600 requests a minute"),
    "offer_update": Limit(10_000 // OFFERS_BATCH, MINUTE, "10 000 products a minute"),
    "categories": Limit(1_000, MINUTE, "1 000 requests a minute"),
    "category_parameters": Limit(100, MINUTE, "100 categories a minute"),
    "stocks": Limit(100_000 // STOCKS_BATCH, MINUTE, "100 000 products a minute"),
    "prices": Limit(10_000 // PRICES_BATCH, MINUTE, "10 000 products a minute"),
    "price_quarantine": Limit(10_000 // QUARANTINE_PAGE, MINUTE, "10 000 products a minute"),
    "price_confirm": Limit(10_000 // QUARANTINE_PAGE, MINUTE, "10 000 products a minute"),
    "price_advice": Limit(1, MINUTE, "50 products a minute"),
    "shop_offers": Limit(10_000 // OFFERS_BATCH, MINUTE, "10 000 products a minute"),
    "stocks_read": Limit(100_000 // STOCKS_READ, MINUTE, "100 000 products a minute"),
    "tariffs": Limit(100, MINUTE, "100 requests a minute"),
    "chats": Limit(10_000, HOUR, "10 000 requests an hour"),
    "chat_history": Limit(10_000, HOUR, "10 000 requests an hour"),
    "chat_message": Limit(1_000, HOUR, "1 000 requests an hour"),
    "reviews": Limit(10_000, HOUR, "10 000 requests an hour"),
    "review_comments": Limit(10_000, HOUR, "10 000 requests an hour"),
    "review_answer": Limit(1_000, HOUR, "1 000 requests an hour"),
    "questions": Limit(10_000, HOUR, "10 000 requests an hour"),
    "question_answers": Limit(10_000, HOUR, "10 000 requests an hour"),
    "question_answer": Limit(1_000, HOUR, "1 000 requests an hour"),
    "returns": Limit(10_000, HOUR, "10 000 requests an hour"),
    "return_decisions": Limit(10_000, HOUR, "10 000 requests an hour"),
    "return_decision": Limit(10_000, HOUR, "10 000 requests an hour"),
    "boxes": Limit(100_000, HOUR, "100 000 requests an hour"),
    "marking_answers": Limit(100_000, HOUR, "100 000 requests an hour"),
}

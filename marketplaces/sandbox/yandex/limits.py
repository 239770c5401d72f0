"""The official limits, method by method: what the sandbox counts overruns by.

Written from the vendor's method pages and not from what the product believes of them, so that the
two can be held against each other. Where products of an answer are limited, requests are counted.
"""

from marketplaces.sandbox.buckets import Bucket

MINUTE, HOUR = 60, 3600

BUCKETS = {
    "getAuthTokenInfo": Bucket("auth_token", 100, HOUR),
    "getCampaigns": Bucket("campaigns", 5_000, HOUR),
    "getCampaign": Bucket("campaigns", 5_000, HOUR),
    "getBusinessSettings": Bucket("settings", 1_000, HOUR),
    "getCategoriesTree": Bucket("categories", 1_000, MINUTE),
    "getCategoryContentParameters": Bucket("category_parameters", 100, MINUTE),
    "updateOfferMappings": Bucket("offer_update", 10_000, MINUTE, "offerMappings"),
    "updateOfferContent": Bucket("card_update", 10_000, MINUTE, "offersContent"),
    "getOfferMappings": Bucket("offer_mappings", 600, MINUTE),
    "getOfferCardsContentStatus": Bucket("offer_cards", 600, MINUTE),
    "getCampaignOffers": Bucket("shop_offers", 10_000, MINUTE),
    "updateBusinessPrices": Bucket("prices", 10_000, MINUTE, "offers"),
    "updatePrices": Bucket("shop_prices", 10_000, MINUTE, "offers"),
    "getBusinessQuarantineOffers": Bucket("quarantine", 10_000, MINUTE),
    "getCampaignQuarantineOffers": Bucket("shop_quarantine", 10_000, MINUTE),
    "confirmBusinessPrices": Bucket("price_confirm", 10_000, MINUTE, "offerIds"),
    "confirmCampaignPrices": Bucket("shop_price_confirm", 10_000, MINUTE, "offerIds"),
    "getOfferRecommendations": Bucket("recommendations", 100, MINUTE),
    "updateStocks": Bucket("stocks", 100_000, MINUTE, "skus"),
    "getStocks": Bucket("stocks_read", 100_000, MINUTE, "offerIds"),
    "calculateTariffs": Bucket("tariffs", 100, MINUTE),
    "getBusinessOrders": Bucket("orders", 10_000, HOUR),
    "updateOrderStatus": Bucket("order_status", 100_000, HOUR),
    "updateOrderStatuses": Bucket("order_statuses", 100_000, HOUR, "orders"),
    "generateOrderLabels": Bucket("labels", 100_000, HOUR),
    "setOrderBoxLayout": Bucket("boxes", 100_000, HOUR),
    "getReturns": Bucket("returns", 10_000, HOUR),
    "getReturnAvailableDecisions": Bucket("return_decisions", 10_000, HOUR),
    "submitReturnDecision": Bucket("return_decision", 10_000, HOUR),
    "getChats": Bucket("chats", 10_000, HOUR),
    "getChatHistory": Bucket("chat_history", 10_000, HOUR),
    "sendMessageToChat": Bucket("chat_message", 1_000, HOUR),
    "getGoodsFeedbacks": Bucket("reviews", 10_000, HOUR),
    "updateGoodsFeedbackComment": Bucket("review_answer", 1_000, HOUR),
    "getGoodsQuestions": Bucket("questions", 10_000, HOUR),
    "updateGoodsQuestionTextEntity": Bucket("question_answer", 1_000, HOUR),
}

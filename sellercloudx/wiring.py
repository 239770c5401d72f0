"""Who answers what a lower app asks for by name. Dotted paths, resolved when first needed."""

from datetime import time

# kind of operation -> called in the transaction that marks it finished: (operation, result)
OPERATION_RESULT = {
    "publish_card": "products.services.publishing.on_card_result",
    "push_price": "products.services.publishing.on_price_result",
    "push_stock": "products.services.publishing.on_stock_result",
    "confirm_price": "products.services.held_prices.on_confirm_result",
    "ship_order": "orders.services.fulfilment.on_ship_result",
    "cancel_order": "orders.services.fulfilment.on_cancel_result",
    "send_reply": "orders.services.replies.on_result",
    "set_boxes": "orders.services.marking.on_result",
    "decide_return": "orders.services.returns.on_result",
}

# kind of operation -> called in the transaction that parks or gives up some of it, or tries one
# again: (operations, by), (operation, by); `by` is nobody where the worker did it
OPERATION_PARKED = {
    "publish_card": "products.services.publishing.on_cards_parked",
    "push_price": "products.services.publishing.on_prices_parked",
    "push_stock": "products.services.publishing.on_stocks_parked",
    "confirm_price": "products.services.publishing.on_prices_parked",
    "ship_order": "orders.services.fulfilment.on_steps_parked",
    "cancel_order": "orders.services.fulfilment.on_steps_parked",
    "send_reply": "orders.services.replies.on_parked",
    "set_boxes": "orders.services.marking.on_parked",
    "decide_return": "orders.services.returns.on_parked",
}
OPERATION_RETRIED = {
    "publish_card": "products.services.publishing.on_card_retried",
    "push_price": "products.services.publishing.on_figure_retried",
    "push_stock": "products.services.publishing.on_figure_retried",
    "confirm_price": "products.services.publishing.on_figure_retried",
    "ship_order": "orders.services.fulfilment.on_step_retried",
    "cancel_order": "orders.services.fulfilment.on_step_retried",
    "send_reply": "orders.services.replies.on_retried",
    "set_boxes": "orders.services.marking.on_retried",
    "decide_return": "orders.services.returns.on_retried",
}

# kind of operation that carries a price -> who stops some of it just before it is sent:
# (operations) -> refusals by operation
PRICE_GUARD = {
    "push_price": "products.services.price_guard.stopped",
    "publish_card": "products.services.price_guard.stopped",
}

# kind of operation that may take something away -> which of them do: (operations) -> their numbers
DESTRUCTIVE = {
    "push_stock": "products.services.emptied.without_a_sale",
    "cancel_order": "marketplaces.caps.every_one",
}

# an answer to a buyer, just before it is sent -> what we know of it: (operation)
REPLY_CHECK = {"send_reply": "orders.services.replies.before_sending"}

# stream of news -> who says what to ask for, and who takes what came
INBOUND_WANTED = {
    "orders": "orders.services.intake.open_order_ids",
    "cards": "products.services.read_back.skus_to_read",
    "held_prices": "products.services.held_prices.is_to_be_read",
    "conversations": "orders.services.conversations.open_ids",
    "returns": "orders.services.returns.are_to_be_read",
}
INBOUND = {
    "orders": "orders.services.intake.receive_orders",
    "cards": "products.services.read_back.receive_cards",
    "held_prices": "products.services.held_prices.receive_held_prices",
    "conversations": "orders.services.conversations.receive",
    "returns": "orders.services.returns.receive",
}

# stream of news -> what we hold of a span of time, to be compared with theirs: numbers
INBOUND_HELD = {"orders": "orders.services.intake.held_between"}

# what is to be said of a card: its faults, its gaps, and both in the reader's words
CARD_CHECK = {
    "problems": "ai_manager.services.validation.check",
    "missing": "ai_manager.services.attribute_rules.missing",
    "problem_worded": "ai_manager.services.problems.worded",
    "attempt_worded": "ai_manager.services.problems.attempt_worded",
}

# what somebody who waits for approval may look round: a page of it, and whether it stands ready
SAMPLE_SHOP = {"show": "sellercloudx.sample.show"}

# what a shop takes by the word of its partner: percent by step, None where nothing is entered
SHOP_RATES = {"entered": "products.services.shop_rates.entered_for"}

# how fast a product is sold in each shop, and how late we hear of sales
STOCK_PACE = {
    "sold": "orders.services.stock_pace.sold",
    "heard": "orders.services.stock_pace.heard_after",
}

# something happened -> who wants to know, in the same transaction
ON_EVENT = {
    "partner_registered": ["referrals.services.link_referral"],
    "telegram_blocked": ["partners.telegram.links.tell_blocked"],
    "taxes_changed": ["products.services.price_proposals.review_all_soon"],
    "connection_activated": [
        "products.services.listings.list_everything_on",
        "products.services.publishing.catch_up",
    ],
    "listing_wanted": ["ai_manager.services.cards.request_card"],
    "product_created": [
        "orders.services.lines.link_after_commit",
        "orders.services.conversations.link_to",
    ],
    # Comes before stock_changed: those who wait get their pieces before any shop is told.
    "stock_freed": ["orders.services.filling.fill_after_commit"],
    "stock_changed": ["products.services.publishing.tell_stock"],
}

# action of the audit -> who has words for what it was asked for: (name, value)
AUDIT_VALUES = {
    "EXPORT_ORDERS_STARTED": "orders.tabs.in_words",
    "EXPORT_PRODUCTS_STARTED": "products.tabs.in_words",
}

# kind of long work -> who does it: (work)
ACTIVITIES = {
    "export_products": "products.services.exporting.export_products",
    "export_orders": "orders.services.exporting.export_orders",
    "publish_cards": "products.services.bulk_publishing.publish_cards",
    "import_products": "products.services.importing.import_products",
    "replay_day": "marketplaces.replaying.replay_day",
    "import_catalogue": "products.services.catalogue_import.import_catalogue",
    "take_over_listings": "products.services.taking_over.take_over_listings",
}

# kind of notification whose text is asked for when it is sent -> who says it: (partner, data)
NOTICE_TEXTS = {"evening": "orders.services.evening.text"}

# topic of notifications -> whether there is anything here that it could be told of
TOPIC_IS_TOLD = {"key_expiring": "marketplaces.key_expiry.is_told"}

# command of the Telegram bot -> who answers it for a partner, in words
TELEGRAM_COMMANDS = {
    "orders": "orders.services.evening.to_pack",
    "stock": "orders.services.running_out.in_words",
}

# kind of notification -> who says which buttons stand under its message: (partner, data); and what
# each of them does: (partner, user, target)
TELEGRAM_BUTTONS = {
    "new_order": "orders.services.order_buttons.offered",
    "deadline_near": "orders.services.order_buttons.offered",
    "price_proposal": "products.services.price_buttons.offered",
}
TELEGRAM_ACTIONS = {
    "order_ready": "orders.services.order_buttons.ready",
    "order_label": "orders.services.order_buttons.label",
    "order_out_of_stock": "orders.services.order_buttons.out_of_stock",
    "price_accept": "products.services.price_buttons.accept",
    "price_decline": "products.services.price_buttons.decline",
}

# done by the worker's clock: dotted path -> seconds between two runs, or the time in Tashkent
CLOCK = {
    "marketplaces.outbox.wake_due": 5,
    "marketplaces.inbound.wake_due": 5,
    "marketplaces.breakers.wake_probes": 5,
    "ai_manager.services.cards.wake_due": 5,
    "partners.services.approval.unblock_due": 60,
    "partners.services.deliveries.wake_due": 5,
    "partners.services.activities.wake_due": 5,
    "partners.services.digests.wake_due": 20,
    "partners.telegram.updates.wake_due": 10,
    "partners.telegram.hook.wake_due": 60,
    "partners.telegram.updates.sweep": 3600,
    "partners.services.audit_seals.seal_settled": 15,
    "products.services.listings.wake_unlisted": 60,
    "products.services.price_batches.wake_due": 15,
    "products.services.currency_rates.wake_fetch": 1800,
    "products.services.quoted_fees.wake_due": 600,
    "products.services.theirs.wake_due": 60,
    "products.services.price_advice.wake_due": 60,
    "orders.services.filling.fill_due": 30,
    "orders.services.lines.wake_linkable": 60,
    "orders.services.deadlines.wake_checks": 300,
    "orders.services.low_stock.wake_checks": 3600,
    "products.services.stock_check.wake_checks": 3600,
    "sellercloudx.lib.table_cache.sweep": 600,
    "sellercloudx.lib.sessions.sweep": 3600,
    # Half an hour before it is sent, so that a deploy in between loses nothing.
    "partners.services.evenings.wake_all": time(20, 30),
    "orders.services.analytics.wake_recounts": time(3, 30),
    # The day has ended some time ago for them, too.
    "marketplaces.replaying.wake_checks": time(4, 40),
    # When people are up.
    "orders.services.turnover.wake_checks": time(9, 0),
    "marketplaces.key_expiry.tell_due": time(9, 5),
    "products.services.price_proposals.wake_reviews": time(3, 45),
    # What is kept for a time only; docs/privacy.md says for how long.
    "partners.services.retention.forget_notifications": time(4, 5),
    "partners.services.retention.forget_invited": time(4, 10),
    "partners.services.retention.forget_results": time(4, 12),
    "partners.services.retention.forget_activities": time(4, 13),
    "products.services.import_files.forget_old": time(4, 14),
    "orders.services.retention.forget_answers": time(4, 15),
    "orders.services.retention.forget_buyers": time(4, 16),
    "marketplaces.unreadable.forget_old": time(4, 20),
    "marketplaces.replaying.forget_old": time(4, 22),
    "marketplaces.rehearsing.forget_old": time(4, 22),
    "ai_manager.services.retention.forget_errors": time(4, 25),
}

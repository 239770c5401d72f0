"""What is told of the work of a shop: connections, refusals, prices, orders, tax, long work."""

from django.utils.translation import gettext_lazy as _

from partners.models.notice_choices import Topic
from partners.services.notice_kinds.kind import NoticeKind

KINDS = {
    # To the partner: shops.
    "key_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s: the key is refused"),
        _("Nothing is sent or read until the key is replaced. In their words: %(reason)s"),
        "bad",
    ),
    "over_cap": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s: %(number)s actions are held back"),
        _(
            "Today's limit of cancelled orders and emptied stock is reached. Nothing more of it is "
            "sent until the owner lets it through or drops it."
        ),
        "warn",
    ),
    "key_expiring": NoticeKind(
        Topic.KEY_EXPIRING,
        _("%(shop)s: the key ends on %(day)s"),
        _(
            "Make a new one in the cabinet of the marketplace and replace it here before that day: "
            "after it nothing is sent or read."
        ),
        "warn",
    ),
    # To the partner: what marketplaces refuse.
    "card_refused": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s refused a card"),
        _("%(product)s. In their words: %(reason)s"),
        "bad",
    ),
    "card_rejected": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s rejected a card after its check"),
        _("%(product)s. In their words: %(reason)s"),
        "bad",
    ),
    "price_refused": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s refused a price"),
        _("%(product)s. In their words: %(reason)s"),
        "bad",
    ),
    "price_stopped": NoticeKind(
        Topic.LISTING_ERROR,
        _("A price was not sent to %(shop)s"),
        _("%(product)s. We stopped it before sending. Its page says why, and what to do."),
        "bad",
    ),
    "prices_frozen": NoticeKind(
        Topic.LISTING_ERROR,
        _("A change of many prices is stopped"),
        _("Nothing more of it is set until you have looked at it: go on, stop it or take it back."),
        "bad",
    ),
    "price_quarantine": NoticeKind(
        Topic.PRICE_QUARANTINE,
        _("%(shop)s holds a price back"),
        _(
            "%(product)s. Buyers do not see the new price until it is confirmed, on its page or in "
            "the cabinet of the marketplace. In their words: %(reason)s"
        ),
        "hold",
    ),
    # To the partner: what a price no longer earns.
    "price_proposal": NoticeKind(
        Topic.PRICE_PROPOSAL,
        _("%(product)s: the price no longer earns enough"),
        _(
            "Of %(before)s you keep %(left)s. We propose %(after)s %(currency)s; nothing changes "
            "until you say yes."
        ),
        "warn",
    ),
    "price_proposals": NoticeKind(
        Topic.PRICE_PROPOSAL,
        _("Prices that no longer earn enough: %(count)s"),
        _("We propose a price for each; nothing changes until you say yes."),
        "warn",
    ),
    "stock_refused": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s refused a stock"),
        _("%(product)s. In their words: %(reason)s"),
        "bad",
    ),
    # To the partner: what nobody knows the answer to.
    "card_unclear": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s: no clear answer to a card"),
        _("%(product)s. We asked many times and do not know whether it arrived: try it again."),
        "bad",
    ),
    "price_unclear": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s: no clear answer to a price"),
        _("%(product)s. We asked many times and do not know whether it arrived: try it again."),
        "bad",
    ),
    "stock_unclear": NoticeKind(
        Topic.LISTING_ERROR,
        _("%(shop)s: no clear answer to a stock"),
        _("%(product)s. We asked many times and do not know whether it arrived: try it again."),
        "bad",
    ),
    # To the partner: orders.
    "new_order": NoticeKind(
        Topic.NEW_ORDER,
        _("%(shop)s: new order %(number)s"),
        _("%(goods)s. Total: %(total)s %(currency)s."),
    ),
    "deadline_near": NoticeKind(
        Topic.DEADLINE,
        _("%(shop)s: hand order %(number)s over by %(until)s"),
        _("It is not packed yet, and little time is left."),
        "warn",
    ),
    "deadlines_near": NoticeKind(
        Topic.DEADLINE,
        _("Orders to hand over soon: %(count)s"),
        _("They are not packed yet; the first is due by %(until)s. Orders: %(numbers)s"),
        "warn",
    ),
    "order_short": NoticeKind(
        Topic.NEW_ORDER,
        _("Order %(number)s: not enough stock"),
        _("%(quantity)s × %(product)s was bought, and fewer pieces are free."),
        "bad",
    ),
    "order_owing": NoticeKind(
        Topic.NEW_ORDER,
        _("Order %(number)s: more was shipped than is in stock"),
        _(
            "%(product)s: %(quantity)s were shipped, %(missing)s of them not in stock. These come "
            "off the next receipt; count what is really there."
        ),
        "bad",
    ),
    "order_cancel_asked": NoticeKind(
        Topic.NEW_ORDER,
        _("%(shop)s: the buyer asks to cancel order %(number)s"),
        _(
            "Do not hand the parcel over before you have decided: cancel the order here, or "
            "answer the buyer."
        ),
        "warn",
    ),
    "order_cancelled": NoticeKind(
        Topic.NEW_ORDER,
        _("%(shop)s: order %(number)s is cancelled"),
        _(
            "It was called off on the marketplace, not here. Do not pack it and do not hand it "
            "over."
        ),
        "warn",
    ),
    "order_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s refused a step of order %(number)s"),
        _("The order is back where the marketplace has it. In their words: %(reason)s"),
        "bad",
    ),
    "orders_were_missing": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s: orders of %(day)s had not reached us: %(count)s"),
        _("We compared the day with the marketplace and took them in. Look whether one is late."),
        "warn",
    ),
    "order_unreadable": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s: orders we cannot read: %(numbers)s"),
        _(
            "The marketplace describes them in a way we do not understand yet. Ship them from the "
            "cabinet of the marketplace; our people have been told."
        ),
        "bad",
    ),
    "order_unclear": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s: no clear answer about order %(number)s"),
        _(
            "The order stands where the marketplace last had it. Look there whether your step was "
            "taken; then try it again or dismiss it."
        ),
        "bad",
    ),
    "card_failed": NoticeKind(
        Topic.LISTING_ERROR,
        _("A card could not be made"),
        _("%(product)s, %(shop)s: something broke on our side. Ask for the card again."),
        "bad",
    ),
    # To the partner: stock.
    "low_stock": NoticeKind(
        Topic.LOW_STOCK,
        _("%(product)s runs out"),
        _("Pieces left: %(pieces)s. As it sold in the last 14 days, enough for days: %(days)s."),
        "warn",
    ),
    "out_of_stock": NoticeKind(
        Topic.LOW_STOCK,
        _("%(product)s has run out"),
        _("It was sold in the last 14 days, and no piece is free any more."),
        "bad",
    ),
    "low_stocks": NoticeKind(
        Topic.LOW_STOCK,
        _("Products that run out: %(count)s"),
        _("Left for a week at most; pieces in brackets: %(names)s"),
        "warn",
    ),
    # To whoever asked for it, at the end of a day; the text is asked for when it is sent.
    "evening": NoticeKind(
        Topic.EVENING,
        _("%(company)s: your day"),
        _("What was sold, what is to pack and what runs out stands in Analytics and in Orders."),
    ),
    # About the limit of turnover that a tax regime sets.
    "turnover_near": NoticeKind(
        Topic.TAX,
        _("%(company)s: %(step)s%% of the yearly limit is reached"),
        _(
            "Turnover of %(year)s in all shops: %(turnover)s of %(limit)s %(currency)s. Above the "
            "limit your way of paying tax no longer holds: talk to your accountant in time."
        ),
        "warn",
    ),
    "turnover_over": NoticeKind(
        Topic.TAX,
        _("%(company)s: the yearly limit of turnover is reached"),
        _(
            "Turnover of %(year)s in all shops: %(turnover)s, the limit is %(limit)s %(currency)s. "
            "Talk to your accountant, then choose how you pay tax in the company details."
        ),
        "bad",
    ),
    # To whoever started long work.
    "report_ready": NoticeKind(
        Topic.REPORT_READY,
        _("%(activity)s: ready"),
        _("The file waits for you under Activity for 7 days."),
        "ok",
    ),
    "bulk_done": NoticeKind(
        Topic.REPORT_READY,
        _("%(activity)s: done"),
        _("Done: %(done)s, left out: %(left)s. Under Activity stands what became of each."),
        "ok",
    ),
    "report_failed": NoticeKind(
        Topic.REPORT_READY,
        _("%(activity)s: it did not work"),
        _("Under Activity stands why, and what to do about it."),
        "bad",
    ),
}

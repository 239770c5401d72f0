"""Words for what marketplaces say of returns and marking codes; what is not here is shown raw."""

from django.utils.translation import gettext_lazy as _

DECISIONS = {
    "FAST_REFUND_MONEY": _("Refund, the buyer keeps the goods"),
    "REFUND_MONEY": _("Refund for the goods"),
    "REFUND_MONEY_INCLUDING_SHIPMENT": _("Refund for the goods and the way back"),
    "REPAIR": _("Repair"),
    "REPLACE": _("Replace"),
    "SEND_TO_EXAMINATION": _("Send to an expert"),
    "DECLINE_REFUND": _("Refuse the refund"),
    "OTHER_DECISION": _("Another decision"),
}
DECLINE_REASONS = {
    "ISSUE_WITH_THE_PRODUCT_WAS_NOT_CONFIRMED": _("The fault was not confirmed"),
    "MECHANICAL_DAMAGE": _("Mechanical damage"),
    "WARRANTY_PERIOD_HAS_EXPIRED": _("The warranty is over"),
    "CONFIGURATION_OR_PACKAGING_COMPROMISED": _("Parts or packaging are missing"),
    "PRODUCT_APPEARANCE_COMPROMISED": _("It no longer looks new"),
    "WARRANTY_TERMS_VIOLATED": _("The terms of the warranty were broken"),
    "DEVICE_ACTIVATED": _("The device was activated"),
}
REASONS = {
    "BAD_QUALITY": _("Bad quality"),
    "DOES_NOT_FIT": _("Does not fit"),
    "WRONG_ITEM": _("Wrong goods"),
    "DAMAGE_DELIVERY": _("Damaged on the way"),
    "LOYALTY_FAIL": _("Nobody found at fault"),
    "CONTENT_FAIL": _("Wrong description"),
    "DELIVERY_FAIL": _("Not delivered"),
}
# Tone and word.
REFUNDS = {
    "STARTED_BY_USER": ("info", _("Begun by the buyer")),
    "REFUND_IN_PROGRESS": ("warn", _("Waits for a decision")),
    "REFUNDED": ("mute", _("Refunded")),
    "FAILED": ("bad", _("Refund failed")),
    "WAITING_FOR_DECISION": ("warn", _("Waits for a decision")),
    "DECISION_MADE": ("ok", _("Decided")),
    "REFUNDED_WITH_BONUSES": ("mute", _("Refunded in points")),
    "REFUNDED_BY_SHOP": ("mute", _("Refunded by the shop")),
    "CANCELLED": ("mute", _("Called off")),
    "REJECTED": ("ok", _("Refused")),
    "COMPLETE_WITHOUT_REFUND": ("mute", _("No refund needed")),
    "PREMODERATION_DISPUTE": ("bad", _("Disputed")),
    "PREMODERATION_DECISION_WAITING": ("warn", _("Waits for a decision")),
    "PREMODERATION_DECISION_MADE": ("ok", _("Decided")),
    "PREMODERATION_SELECT_DELIVERY": ("info", _("The buyer chooses how to send it")),
}
SHIPMENTS = {
    "CREATED": _("Not sent yet"),
    "RECEIVED": _("Taken from the buyer"),
    "IN_TRANSIT": _("On the way"),
    "READY_FOR_PICKUP": _("Ready for you to fetch"),
    "PICKED": _("Handed to you"),
    "LOST": _("Lost"),
    "EXPIRED": _("Not brought in time"),
    "CANCELLED": _("Called off"),
    "FULFILMENT_RECEIVED": _("At the marketplace's warehouse"),
    "PREPARED_FOR_UTILIZATION": _("To be destroyed"),
    "NOT_IN_DEMAND": _("Not fetched"),
    "UTILIZED": _("Destroyed"),
    "READY_FOR_EXPROPRIATION": _("To be resold"),
    "RECEIVED_FOR_EXPROPRIATION": _("Resold"),
}
CODE_TROUBLES = {
    "WRONG_OWNER_INN": _("It belongs to another company."),
    "CIS_VALIDATION_ERROR": _("It is not written as a code is."),
    "CIS_GTIN_NOT_FOUND": _("Its product number is not known."),
    "CIS_SERIAL_NUMBER_NOT_FOUND": _("Its serial is not known."),
    "INVALID_SYMBOLS_FOUND": _("There are wrong signs in it."),
    "INVALID_CRYPTO_TAIL": _("Its last part is wrong: scan it whole."),
    "CIS_NOT_FOUND_IN_GIS_MT": _("The state's system does not know it."),
    "NOT_PLACED_ON_MARKET": _("It is not put on the market yet."),
    "EXPIRED_ITEM": _("Its time is over."),
    "ITEM_SOLD": _("It was sold before."),
}

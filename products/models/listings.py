from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib.money import MoneyField

from .catalogue import Product


class Listing(models.Model):
    """A product on one connection: what we decided, what was sent, what they say."""

    class State(models.TextChoices):
        WANTED = "wanted", _("Card is being made")
        UNASKED = "unasked", _("No card asked for")
        NO_CARD = "no_card", _("No card could be made")
        REVIEW = "review", _("Waiting for your approval")
        APPROVED = "approved", _("Being sent")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused by the marketplace")
        UNCLEAR = "unclear", _("No clear answer to what was sent")
        # It stood there before; nothing is told of it until a person says so.
        FOUND = "found", _("Found there")

    class CategoryReason(models.TextChoices):
        WORDS = "words", _("words of the name match")
        PERSON = "person", _("chosen by you")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="listings")
    product = models.ForeignKey(Product, models.PROTECT, related_name="listings")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="listings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    category_id = models.CharField(max_length=40, blank=True)
    category_path = models.CharField(max_length=1000, blank=True)
    category_reason = models.CharField(max_length=10, choices=CategoryReason.choices, blank=True)
    # How the category was found: {"words", "score", "others": [{"id", "path", "score"}]}.
    category_match = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True)
    sent_price = MoneyField(null=True)
    price_told_at = models.DateTimeField(null=True)
    # The sent price is taken and not applied: since when, for which reasons of theirs, and what
    # buyers see meanwhile, where they say it.
    price_held_at = models.DateTimeField(null=True)
    price_held_for = models.CharField(max_length=200, blank=True)
    price_shown = MoneyField(null=True)
    # Each price that is held: [{"place", "price", "valid", "least", "currency", "reasons"}].
    price_holds = models.JSONField(default=list)
    sent_stock = models.IntegerField(null=True)
    # What they said of the last card though they took it.
    card_warning = models.CharField(max_length=1000, blank=True)
    # Their words when the last price or stock was refused; empty once one is taken.
    price_refusal = models.CharField(max_length=1000, blank=True)
    stock_refusal = models.CharField(max_length=1000, blank=True)
    # Why we did not send the last price: a code of price_guard, and the figures it is said with.
    price_stopped_for = models.CharField(max_length=20, blank=True)
    price_stop = models.JSONField(default=dict)
    # The marketplace's word: connectors.remote.CardStatus, and their own beside it.
    remote_status = models.CharField(max_length=12, blank=True)
    vendor_status = models.CharField(max_length=60, blank=True)
    vendor_messages = models.JSONField(default=list)
    read_at = models.DateTimeField(null=True)
    # They knew it and do not any more, since when we know.
    gone_at = models.DateTimeField(null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "listings"
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(fields=["product", "connection"], name="listings_once"),
        ]
        indexes = [
            # The worker: whose card status is to be read back.
            models.Index(
                fields=["connection", "read_at"],
                condition=Q(state__in=["approved", "sent", "refused", "unclear"]),
                name="listings_read_back_idx",
            ),
            # The worker: whether prices were told lately, or are held back.
            models.Index(fields=["connection", "price_told_at"], name="listings_price_told_idx"),
            models.Index(
                fields=["connection"],
                condition=Q(price_held_at__isnull=False),
                name="listings_price_held_idx",
            ),
        ]

    def __str__(self):
        return f"{self.product_id} → {self.connection_id}"

    @property
    def subject(self) -> str:
        """How operations about this listing name it."""
        return f"listing:{self.pk}"


class Card(models.Model):
    """One version of a listing's content. A change makes the next version."""

    class Maker(models.TextChoices):
        OPENAI = "openai", "OpenAI"
        ANTHROPIC = "anthropic", "Anthropic"
        RULES = "rules", _("Rules, no model")
        PERSON = "person", _("A person")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="cards")
    version = models.PositiveIntegerField()
    made_by = models.CharField(max_length=10, choices=Maker.choices)
    model = models.CharField(max_length=80, blank=True)
    # Why earlier makers in the chain did not make it: ["openai: timeout"].
    failed_attempts = models.JSONField(default=list)
    request_group = models.UUIDField(null=True)
    # {"ru": {"title", "description", "bullets", "search_words"}, "uz": {...}}
    texts = models.JSONField()
    # [{"attribute_id", "name", "value", "option_id", "unit_id", "source"}]
    attributes = models.JSONField(default=list)
    # Required attributes nothing is known about: [{"attribute_id", "name", "options"}]
    missing = models.JSONField(default=list)
    # [{"text", "source"}]: every fact the texts use and where it comes from.
    facts = models.JSONField(default=list)
    # What the validator still says: [{"code", "language", "text"}]. Empty means it may be sent.
    problems = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "cards"
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints = [
            models.UniqueConstraint(fields=["listing", "version"], name="cards_version_once"),
        ]

    def __str__(self):
        return f"{self.listing_id}: № {self.version}"

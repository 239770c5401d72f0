from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from partners.models import Partner, User
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib.money import MoneyField

from .catalogue import Product
from .listings import Listing


class TheirCard(models.Model):
    """A product as its marketplace shows it: read back, never edited here."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    listing = models.OneToOneField(Listing, models.CASCADE, related_name="theirs")
    # {"texts": {"ru": {"title", "description"}}, "brand", "barcodes", "pictures", "length_cm" …,
    # "attributes": [{"attribute_id", "value", "option_id"}], "category_id", "category",
    # "card_number", "is_archived"}; empty where they do not know it.
    content = models.JSONField(default=dict)
    price = MoneyField(_("price"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # What can be bought in this shop; nothing where they do not say.
    stock = models.BigIntegerField(_("stock"), null=True)
    shop_status = models.CharField(_("status in the shop"), max_length=60, blank=True)
    # How well the card is filled in, of 100, and what others of its category have.
    rating = models.IntegerField(_("rating of the card"), null=True)
    average_rating = models.IntegerField(null=True)
    # [{"kind", "percent", "points"}], their kinds.
    advice = models.JSONField(default=list)
    # {"attraction", "attractive", "moderate", "currency", "shows"}, or {"unsupported": words}.
    price_advice = models.JSONField(default=dict)
    # Empty: to be read soon.
    read_at = models.DateTimeField(_("read"), null=True)
    advised_at = models.DateTimeField(null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "their_cards"
        verbose_name = _("card as the marketplace shows it")
        verbose_name_plural = _("cards as marketplaces show them")

    def __str__(self):
        return f"→ {self.listing_id}"


class CatalogueRow(models.Model):
    """A product that stood in a shop's catalogue there, and what became of it here."""

    class State(models.TextChoices):
        READ = "read", _("Read")
        CREATED = "created", _("Added to your products")
        LINKED = "linked", _("Linked to your product")
        CONFLICT = "conflict", _("Waits for your choice")
        SKIPPED = "skipped", _("Left out by you")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="catalogue_rows")
    sku = models.CharField(_("SKU"), max_length=255)
    # connectors.remote.RemoteCard as it was read, without their raw answer.
    card = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    # [{"code", "ours", "theirs"}]: what differs, or stands in the way.
    problems = models.JSONField(default=list)
    # Products it may be, by barcode.
    candidates = models.JSONField(default=list)
    decision = models.CharField(max_length=30, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(_("seen"))

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "catalogue_rows"
        verbose_name = _("product of a marketplace's catalogue")
        verbose_name_plural = _("products of marketplaces' catalogues")
        constraints = [
            models.UniqueConstraint(fields=["connection", "sku"], name="catalogue_rows_once"),
        ]
        indexes = [
            # What waits for a choice, page by page; how many are in which state.
            models.Index(fields=["connection", "state", "id"], name="catalogue_rows_state_idx"),
        ]

    def __str__(self):
        return self.sku

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, StoredFile, User
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib.money import MoneyField
from sellercloudx.lib.text import fold


class Product(models.Model):
    """One thing a partner sells, the same on every marketplace."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="products")
    sku = models.CharField(_("SKU"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=5000)
    barcode = models.CharField(_("barcode"), max_length=14, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    # Empty means: profit unknown. It is never guessed.
    cost = MoneyField(_("cost price"), null=True, blank=True)
    price = MoneyField(_("price"), null=True, blank=True)
    # Facts the seller gave: [{"name": ..., "value": ..., "source": "seller"}].
    facts = models.JSONField(default=list)
    length_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    width_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    height_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    weight_kg = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    # That it runs out is told; empty again as soon as there is enough.
    low_told_at = models.DateTimeField(null=True)
    # The form's own number: sending it twice makes one product.
    submission = models.UUIDField()
    # Name, SKU, brand and barcode as search sees them.
    folded = models.TextField(default="", editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "products"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["partner", "sku"], name="products_sku_once"),
            models.UniqueConstraint(
                fields=["partner", "submission"], name="products_submitted_once"
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gt=0), name="products_cost_positive"
            ),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gt=0), name="products_price_positive"
            ),
        ]
        indexes = [
            # The product list, newest first, by keyset.
            models.Index(fields=["partner", "-id"], name="products_list_idx"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        # Kept here and not in a service: search must find what the admin pages changed, too.
        self.folded = fold(f"{self.name} {self.sku} {self.brand} {self.barcode}")
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "folded"}
        super().save(*args, **kwargs)

    @property
    def has_dimensions(self) -> bool:
        return all((self.length_cm, self.width_cm, self.height_cm, self.weight_kg))


class PriceChange(models.Model):
    """A price as it was set, and the waterfall that explains it. Rows are only ever added."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_changes")
    currency = models.CharField(max_length=3)
    before = MoneyField(null=True)
    after = MoneyField()
    # [{"step": "cost", "amount": "150000.00", "reason": ...}], in the order they add up.
    waterfall = models.JSONField(default=list)
    made_by = models.CharField(max_length=20)
    # The rule that set it, where one did: all it did is undone by this name.
    rule = models.CharField(max_length=40, blank=True)
    # What a person who set it agreed to in plain sight: ["loss", "step"].
    accepted = models.JSONField(default=list)
    # The change this one takes back; each is taken back once.
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by", editable=False
    )
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "price_changes"
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        indexes = [
            # The price history on the product's page.
            models.Index(fields=["product", "-id"], name="price_changes_product_idx"),
            # What a rule did, newest first.
            models.Index(
                fields=["partner", "rule", "-id"],
                condition=~Q(rule=""),
                name="price_changes_rule_idx",
            ),
        ]

    def __str__(self):
        return f"{self.product_id}: {self.after} {self.currency}"

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from products import text_rules
from products.fields import (
    AmountField,
    PercentField,
    QuantityField,
    SizeField,
    WordsField,
    is_barcode,
    is_sku,
)
from products.services.stock import LARGEST_QUANTITY

LONGEST_NAME = 200
NAME_RULES = [text_rules.has_words, text_rules.is_no_link]
MOST_FACTS = 50
# Of the price, in percent.
WHOLE = 100


class PhotoField(forms.FileField):
    """The view draws the picture anew and says what is wrong with it."""

    default_error_messages = {"empty": _("The file is empty. Choose the picture again.")}

    def __init__(self, **kwargs):
        accept = "image/jpeg,image/png,image/webp"
        super().__init__(required=False, widget=forms.FileInput(attrs={"accept": accept}), **kwargs)


class AddProductForm(forms.Form):
    """Three fields and a photo. Everything else is proposed."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    name = WordsField(
        label=_("Name"),
        help_text=_("As you call it, with the brand and size if it has them."),
        most=LONGEST_NAME,
        validators=NAME_RULES,
    )
    quantity = QuantityField(label=_("Quantity"), help_text=_("How many pieces you have now."))
    cost = AmountField(
        label=_("Cost price"),
        help_text=_("What one piece cost you. Only you and your colleagues see it."),
    )
    photo = PhotoField(label=_("Photo"), help_text=_("JPEG, PNG or WebP up to 10 MB."))
    is_another = forms.BooleanField(label=_("This is another product"), required=False)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"submission": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.namesake = None

    def ask_about(self, namesake) -> None:
        """Whether it is the same thing; the page leads to that one, and offers to go on."""
        self.namesake = namesake
        self.add_error(
            "is_another",
            _(
                "You have a product of this name already. If it is the same, add pieces to that "
                "one."
            ),
        )


class ImportForm(forms.Form):
    """A table of products; the view reads it and says what is wrong with it."""

    table = forms.FileField(
        label=_("Table"),
        help_text=_("XLSX or CSV up to 10 MB and 10 000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": _("The file is empty. Choose it again.")},
    )


class ProductForm(forms.Form):
    """What is known of a product."""

    name = WordsField(label=_("Name"), most=LONGEST_NAME, validators=NAME_RULES)
    sku = WordsField(
        label=_("SKU"),
        help_text=_("Your code of the product; the marketplaces will know it by this."),
        most=80,
        validators=[is_sku],
    )
    brand = WordsField(
        label=_("Brand"),
        help_text=_("The brand or the maker, written as they write it."),
        most=80,
        required=False,
    )
    barcode = WordsField(label=_("Barcode"), most=14, required=False, validators=[is_barcode])
    description = WordsField(
        label=_("Description"),
        help_text=_("In your own words. Cards are written only from what you say here."),
        most=5000,
        is_long=True,
        required=False,
    )
    facts = WordsField(
        label=_("Facts"),
        help_text=_("One on each line, such as: Material: ceramic"),
        most=5000,
        is_long=True,
        required=False,
    )
    length_cm = SizeField(label=_("Length, cm"), most=500, places=1, required=False)
    width_cm = SizeField(label=_("Width, cm"), most=500, places=1, required=False)
    height_cm = SizeField(label=_("Height, cm"), most=500, places=1, required=False)
    weight_kg = SizeField(label=_("Weight, kg"), most=1000, places=3, required=False)
    photo = PhotoField(label=_("Another photo"))

    SIZES = ("length_cm", "width_cm", "height_cm", "weight_kg")

    def clean_facts(self):
        """Lines of "name: value" as the product keeps them."""
        facts = []
        for line in filter(None, map(str.strip, self.cleaned_data["facts"].split("\n"))):
            name, colon, value = (part.strip() for part in line.partition(":"))
            if not (name and colon and value):
                raise forms.ValidationError(
                    _("Write name: value on each line. This line is not like that: %(line)s"),
                    params={"line": line[:60]},
                )
            facts.append({"name": name, "value": value, "source": "seller"})
        if len(facts) > MOST_FACTS:
            raise forms.ValidationError(_("Write at most 50 facts."))
        return facts

    def clean(self):
        cleaned = super().clean()
        sizes = [name for name in self.SIZES if name not in self.errors]
        given = [name for name in sizes if cleaned.get(name) is not None]
        if given and len(given) < len(self.SIZES):
            for name in set(sizes) - set(given):
                self.add_error(name, _("Marketplaces take all four measures or none."))
        return cleaned

    @classmethod
    def initial_of(cls, product) -> dict:
        lines = [f"{fact['name']}: {fact['value']}" for fact in product.facts]
        known = {name: getattr(product, name) for name in cls.base_fields if name != "photo"}
        return known | {"facts": "\n".join(lines)}


class PriceForm(forms.Form):
    price = AmountField(label=_("Price"))
    cost = AmountField(label=_("Cost price"))
    accept_loss = forms.BooleanField(label=_("Sell below what it costs me"), required=False)
    accept_step = forms.BooleanField(label=_("Change it by so much at once"), required=False)


class RatesForm(forms.Form):
    """What a shop takes; its fields are the steps of `products.models.ShopRate`."""

    commission = PercentField(
        label=_("Commission"),
        help_text=_("What the marketplace keeps of each sale."),
        required=False,
    )
    logistics = PercentField(
        label=_("Logistics"),
        help_text=_("Delivery on average, as a share of your price."),
        required=False,
    )
    payout = PercentField(
        label=_("Payout fee"),
        help_text=_("For bringing your money to you. It may be 0."),
        required=False,
    )

    def clean(self):
        cleaned = super().clean()
        if sum(filter(None, cleaned.values())) >= WHOLE:
            raise forms.ValidationError(
                _("Together they take the whole price: nothing would be left for you."),
                code="whole",
            )
        return cleaned


class AdjustForm(forms.Form):
    """A correction of the count."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    quantity = QuantityField(
        label=_("Change by"),
        help_text=_("Pieces more, or with a minus fewer: 5, -2."),
        least=-LARGEST_QUANTITY,
    )
    reason = WordsField(
        label=_("Reason"),
        help_text=_("Counted again, broken, found, given away."),
        most=200,
        validators=[text_rules.has_words],
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"submission": uuid.uuid4()})
        super().__init__(*args, **kwargs)

    def clean_quantity(self):
        if self.cleaned_data["quantity"] == 0:
            raise forms.ValidationError(_("A change of 0 changes nothing."))
        return self.cleaned_data["quantity"]

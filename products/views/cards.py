"""Editing a card by hand."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplaces import categories
from partners.access import OPERATOR, partner_required
from products.card_form import CardForm, attributes_asked_for
from products.services import cards
from products.views.listings import own_listing


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    listing = own_listing(request, pk)
    card = cards.latest_card(listing)
    if card is None:
        messages.warning(request, _("There is no card yet."))
        return redirect("products:listing", pk)
    known = categories.stored_attributes(listing.connection.marketplace, listing.category_id)
    form = CardForm(request.POST or None, card=card, attributes=attributes_asked_for(card, known))
    if request.method == "POST" and form.is_valid() and _save(request, card, form):
        messages.success(request, _("Saved as a new version. Read it and approve it."))
        return redirect("products:listing", pk)
    context = {"listing": listing, "product": listing.product, "card": card, "form": form}
    return render(request, "products/edit_card.html", context, status=422 if form.errors else 200)


def _save(request, card, form) -> bool:
    try:
        cards.edit_card(
            card=card,
            texts=form.texts(),
            attributes=form.values(),
            version=form.cleaned_data["version"],
        )
    except cards.CardChanged:
        form.add_error(
            None, _("Somebody made a newer version meanwhile. Copy your words and open it again.")
        )
    return not form.errors

"""What stands on the other side, put there without us."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

from marketplaces.connectors import remote
from marketplaces.gateway import connector_for
from partners.models import Activity
from partners.services import activities
from sellercloudx.lib.money import Money

MUGS = "91101"
PNG = "http://127.0.0.1:9/none.png"


def listed(shop, *skus, price="50000", stock=3, **more):
    """Offers with a price and a stock; what is in their cards does not matter here."""
    with connector_for(shop) as yandex:
        cards = [card(sku, **more) for sku in skus]
        assert all(one.ok for one in yandex.publish_cards(cards))
        money = Money(Decimal(price), "UZS")
        assert all(o.ok for o in yandex.push_prices([remote.PriceUpdate(s, money) for s in skus]))
        now = datetime.now(UTC)
        yandex.push_stocks([remote.StockUpdate(sku, stock, now) for sku in skus])


def card(sku, name="Кружка", barcode="", **more):
    return remote.CardDraft(
        sku=sku,
        category_id=MUGS,
        brand="Rishton",
        pictures=(PNG,),
        barcodes=(barcode,) if barcode else (),
        texts=(
            remote.CardText("ru", f"{name} {sku}", "Кружка для чая."),
            remote.CardText("uz", f"Krujka {sku}", "Choy uchun."),
        ),
        **more,
    )


def ask(shop, method, path, **body):
    """Past our own verbs, as the seller does in the cabinet."""
    with connector_for(shop) as yandex:
        return yandex.call(method, f"{yandex.catalogue}/{path}", operation="offer_cards", json=body)


def take_in(shop, kind="import_catalogue", **parameters):
    """Carried out at once; what became of each, by what it is called."""
    parameters = parameters or {"connection": shop.pk}
    activity = activities.start(
        partner=shop.partner,
        by=shop.partner.owner if hasattr(shop.partner, "owner") else shop.partner.users.get(),
        kind=kind,
        parameters=parameters,
        submission=uuid.uuid4(),
    )
    activities.run(activity.pk)
    activity.refresh_from_db()
    assert activity.state == Activity.State.DONE, activity.error
    return {
        item.title.rpartition(" · ")[2]: (item.outcome, item.reasons)
        for item in activity.items.all()
    }

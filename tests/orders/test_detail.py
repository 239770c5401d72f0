import pytest
from django.urls import reverse
from django.utils import translation

from marketplaces import outbox
from marketplaces.connectors import errors
from marketplaces.models import Operation
from orders.models import OrderEvent
from tests import factories

from .fakes import figures, line, receive, remote

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, product):
    return receive(shop, remote(raw={"orderId": 5001, "odd": "<b>&</b>"}))


def page(client, order, name="detail", method="get", data=None, **kwargs):
    url = reverse(f"orders:{name}", kwargs={"pk": order.pk, **kwargs})
    return getattr(client, method)(url, data or {}, follow=True)


def words(response):
    return [str(message) for message in response.context["messages"]]


def test_it_shows_the_order_and_the_answer_as_it_came(partner_client, order):
    content = page(partner_client, order).content.decode()
    assert "SKU-1" in content
    assert "PROCESSING" in content
    assert "&lt;b&gt;" in content
    assert "<b>&" not in content


def test_ready_says_so_and_shows_how_the_telling_goes(partner_client, order, shop):
    response = page(partner_client, order, "ready", "post")
    assert len(words(response)) == 1
    assert response.context["tellings"][0].tone == "hold"
    assert not response.context["can_be_ready"]
    outbox.drain(shop.pk)
    assert page(partner_client, order).context["tellings"][0].tone == "ok"


def test_a_refusal_is_shown_in_their_words(partner_client, order, shop, fake):
    fake.refused["5001"] = "Заказ <отменён>"
    page(partner_client, order, "ready", "post")
    outbox.drain(shop.pk)
    response = page(partner_client, order)
    assert "Заказ &lt;отменён&gt;" in response.content.decode()
    assert response.context["can_be_ready"]


def test_pressed_again_it_says_that_the_order_has_moved_on(partner_client, order):
    page(partner_client, order, "ready", "post")
    [word] = words(page(partner_client, order, "ready", "post"))
    assert Operation.objects.filter(kind="ship_order").count() == 1
    assert word


def test_a_cancellation_asks_for_its_reason(partner_client, order):
    assert page(partner_client, order, "cancel").context["form"].initial == {}
    for data in ({}, {"reason": "mood"}):
        response = page(partner_client, order, "cancel", "post", data)
        assert response.status_code == 422
        assert response.context["form"].errors["reason"]
    assert not Operation.objects.filter(kind="cancel_order").exists()


@pytest.mark.parametrize(("box", "left"), [("on", 4), ("", 5)])
def test_a_cancelled_order_takes_its_pieces_with_it_if_asked(
    partner_client, order, shop, product, box, left
):
    data = {"reason": "out_of_stock", **({"pieces_are_gone": box} if box else {})}
    response = page(partner_client, order, "cancel", "post", data)
    assert response.context["order"].status == "cancelled"
    outbox.drain(shop.pk)
    assert figures(product) == (left, 0)


def test_what_cannot_be_cancelled_says_so(partner_client, shop):
    order = receive(shop, remote(status="shipped"))
    assert not page(partner_client, order, "cancel").context["can_be_cancelled"]
    response = page(partner_client, order, "cancel", "post", {"reason": "damaged"})
    assert len(words(response)) == 1
    assert response.context["order"].status == "shipped"


def test_the_label_is_a_file_with_a_safe_name(partner_client, order):
    response = page(partner_client, order, "label")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 5001"
    assert response["Content-Disposition"] == 'attachment; filename="label-5001.pdf"'
    assert response["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errors.RateLimited("slow", code="LIMIT_EXCEEDED"), "asks us to slow down"),
        (errors.AuthFailed("no", code="http_401"), "refused the key"),
        (errors.Unavailable("late", reason="timeout"), "did not answer in time"),
        (errors.BadResponse("odd", code="not_pdf"), "do not understand"),
        (errors.Rejected("no", code="INVALID", words="Нет <ярлыка>"), "Нет <ярлыка>"),
    ],
)
def test_each_trouble_with_a_label_has_its_words(partner_client, order, fake, error, says):
    fake.failing = [(error, False)]
    with translation.override("en"):
        partner_client.cookies["django_language"] = "en"
        [word] = words(page(partner_client, order, "label"))
    assert says in word


def test_an_unknown_product_is_linked_by_its_sku(partner_client, shop, product):
    order = receive(shop, remote(lines=[line("ESKI")]))
    unknown = order.lines.get()
    wrong = page(partner_client, order, "link", "post", {"sku": "nobody's"}, line_pk=unknown.pk)
    assert wrong.status_code == 422
    assert 'value="nobody&#x27;s"' in wrong.content.decode()
    page(partner_client, order, "link", "post", {"sku": "SKU-1"}, line_pk=unknown.pk)
    assert order.lines.get().product == product


def test_another_partners_product_cannot_be_linked(partner_client, shop):
    factories.make_product(sku="THEIRS")
    order = receive(shop, remote(lines=[line("ESKI")]))
    pk = order.lines.get().pk
    response = page(partner_client, order, "link", "post", {"sku": "THEIRS"}, line_pk=pk)
    assert response.status_code == 422


def test_a_line_of_another_order_is_not_found(partner_client, shop, order):
    other = receive(shop, remote("2", lines=[line("ESKI")]))
    pk = other.lines.get().pk
    response = page(partner_client, order, "link", "post", {"sku": "SKU-1"}, line_pk=pk)
    assert response.status_code == 404


@pytest.mark.parametrize("status", ["new", "packing", "delivered", "cancelled", "unknown"])
@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_every_status_can_be_shown(partner_client, shop, product, status, language):
    order = receive(shop, remote(status=status, ship_by=None))
    partner_client.cookies["django_language"] = language
    assert page(partner_client, order).status_code == 200


def test_every_event_can_be_worded(partner_client, order, partner):
    kinds = OrderEvent.Kind
    for kind, before, after in [
        (kinds.STOCK, "", "short"),
        (kinds.STOCK, "", "reserved"),
        (kinds.STOCK, "unlinked", "linked"),
        (kinds.TOLD, "", "cancelled"),
        (kinds.REFUSED, "", "cancelled"),
        (kinds.STATUS, "ready", "cancelled"),
    ]:
        OrderEvent.objects.create(
            order=order,
            kind=kind,
            before=before,
            after=after,
            detail="damaged",
            actor=partner.owner,
        )
    response = page(partner_client, order)
    assert all(event.text for event in response.context["timeline"])
    assert len(response.context["timeline"]) == 7

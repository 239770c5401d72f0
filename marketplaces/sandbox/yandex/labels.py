"""Labels for boxes: a true PDF with the number of the order, as text and as a barcode."""

import io

from .order_book import Order

SIZES_MM = {"A9_HORIZONTALLY": (58, 40), "A9": (40, 58), "A7": (75, 120), "A4": (210, 297)}
MARGIN_MM = 3


def render(order: Order, shop: str, form: str) -> bytes:
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    width, height = SIZES_MM[form]
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(width * mm, height * mm), pageCompression=0)
    canvas.setTitle(f"Order {order.id}")
    barcode = Code128(str(order.id), barHeight=10 * mm, barWidth=0.22 * mm, quiet=False)
    barcode.drawOn(canvas, MARGIN_MM * mm, (height - 14) * mm)
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(MARGIN_MM * mm, (height - 18) * mm, str(order.id))
    canvas.setFont("Helvetica", 6)
    room = int((height - 23) // 3)
    for number, line in enumerate(_lines(order, shop)[:room]):
        canvas.drawString(MARGIN_MM * mm, (height - 22 - 3 * number) * mm, line)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _lines(order: Order, shop: str) -> list[str]:
    items = [f"{item['count']} x {item['offerId']}" for item in order.doc["items"][:4]]
    lines = ["SANDBOX - not a real parcel", shop, "1/1", *items]
    # The built-in fonts know Latin letters only.
    return [line.encode("latin-1", "replace").decode("latin-1")[:40] for line in lines]

"""A marketplace in memory whose buyers write."""

from datetime import timedelta

from marketplaces.connectors.conversations import RemoteMessage, RemoteThread, Sender, ThreadKind
from marketplaces.connectors.remote import ItemResult
from orders.models import Conversation
from orders.services import conversations
from tests.orders.fakes import MOMENT, Shop


class TalkingShop(Shop):
    """`there` is what stands in each thread; `lost` answers are taken and their answer lost."""

    there: dict = {}
    gives_numbers = False

    @classmethod
    def reset(cls):
        super().reset()
        cls.there = {}

    def seller_messages(self, kind, thread_id):
        said = self.there.get((kind, thread_id), [])
        return [
            RemoteMessage(f"m{number}", Sender.SELLER, text, None)
            for number, text in enumerate(said, start=1)
        ]

    def reply(self, kind, thread_id, text):
        happens = not self.failing or self.failing[0][1]
        if happens:
            self.there.setdefault((kind, thread_id), []).append(text)
        if self.failing:
            raise self.failing.pop(0)[0]
        made = len(self.there[kind, thread_id])
        return ItemResult(thread_id, True, made_id=f"m{made}" if self.gives_numbers else "")


def message(number, text, *, sender="buyer", minutes=0):
    return RemoteMessage(number, Sender(sender), text, MOMENT + timedelta(minutes=minutes))


def chat(*messages, number="700", **fields):
    said = messages or (message("1", "Assalomu alaykum"),)
    known = {
        "kind": ThreadKind.CHAT,
        "external_id": number,
        "vendor_status": "WAITING_FOR_PARTNER",
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "messages": tuple(said),
        "needs_answer": None,
        "buyer_name": "Nodira",
    }
    return RemoteThread(**(known | fields))


def heard(shop, *threads) -> Conversation:
    """Take in what came; the last of it as it is stored now."""
    conversations.receive(shop, threads)
    last = threads[-1]
    return Conversation.objects.select_related("connection").get(
        connection=shop, kind=last.kind, external_id=last.external_id
    )

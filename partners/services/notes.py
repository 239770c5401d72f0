"""What our people write about a partner. It is only ever added to."""

import uuid

from django.db import transaction

from partners import audit
from partners.models import Partner, PartnerNote, User


def add(*, partner: Partner, by: User, text: str, client_id: uuid.UUID) -> PartnerNote:
    """The same form sent twice is one note."""
    with transaction.atomic():
        note, is_new = PartnerNote.objects.get_or_create(
            partner=partner, author=by, client_id=client_id, defaults={"text": text}
        )
        if is_new:
            # In no partner's history: nothing of theirs may say that there is a note.
            audit.record("PARTNER_NOTE_ADDED", actor=by, entity=note)
    return note

"""What a seller may answer to a proposed price by a button under its message."""

from typing import Any

from django.utils.translation import gettext as _

from partners.models import Partner, User
from partners.telegram.buttons import Done, NotDone, Offer
from products import wording
from products.models import PriceProposal
from products.services import price_proposals
from products.services.price_proposals import NotOpen, Place
from sellercloudx.lib import formats


def offered(partner: Partner, data: dict[str, Any]) -> list[Offer]:
    """Yes and no, while nobody has decided."""
    proposal = _found(partner, str(data.get("proposal", "")))
    if proposal is None or proposal.state != PriceProposal.State.OPEN:
        return []
    yes = _("Yes: set %(price)s") % {"price": formats.money(proposal.after, proposal.currency)}
    no = _("No: keep %(price)s") % {"price": formats.money(proposal.before, proposal.currency)}
    target = str(proposal.pk)
    return [Offer("price_accept", yes, target), Offer("price_decline", no, target)]


def accept(*, partner: Partner, user: User, target: str) -> Done:
    """Raises NotDone."""
    proposal = _proposal(partner, target)
    try:
        price_proposals.accept(proposal=proposal, by=user, place=Place.TELEGRAM)
    except NotOpen as error:
        raise NotDone(wording.proposal_standing(error.proposal)) from error
    return Done(_("the price is set. The shops are being told."))


def decline(*, partner: Partner, user: User, target: str) -> Done:
    """Raises NotDone."""
    proposal = _proposal(partner, target)
    try:
        price_proposals.decline(proposal=proposal, by=user, place=Place.TELEGRAM)
    except NotOpen as error:
        raise NotDone(wording.proposal_standing(error.proposal)) from error
    return Done(_("the price stays as it is."))


def _proposal(partner: Partner, target: str) -> PriceProposal:
    proposal = _found(partner, target)
    if proposal is None:
        raise NotDone(_("There is no such proposal any more."))
    return proposal


def _found(partner: Partner, target: str) -> PriceProposal | None:
    if not target.isdecimal():
        return None
    return PriceProposal.objects.for_partner(partner).filter(pk=int(target)).first()

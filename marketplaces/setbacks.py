"""What a marketplace gave no clear answer to: told again later, or put before a person.

An operation that fails three times in the very same way, sent alone while its account answers
others, stops: the fault is its own. Trouble on the wire may be chance, so it must have lasted, too.
A kind needs no pause of its own: after a failure it rests for the round (`outbox.drain`), and less
and less of it is sent at once, so that it costs one call in a while and holds back no other kind.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from marketplaces import breakers, parking, promises
from marketplaces.connectors.errors import Held, Kind, MarketplaceError, RateLimited, Unavailable
from marketplaces.connectors.remote import ItemResult
from marketplaces.models import Breaker, Operation

FIRST_WAIT = 5
LONGEST_WAIT = 900
# A catalogue takes in a new card within minutes; until then its price and stock are not refused.
APPEARS_WITHIN = timedelta(minutes=15)
LOOK_AGAIN = 60
# So often an answer nobody understands is asked for anew, for over half an hour; then a person is.
UNCLEAR_TRIES = 10
ALIKE_TRIES = 3
TROUBLE_LASTS = timedelta(minutes=10)


def put_off(batch: Sequence[Operation], error: MarketplaceError) -> None:
    """No clear answer to these: tell them again later, or ask a person after many tries."""
    if not batch:
        return
    if isinstance(error, Held):
        # Not sent: it is nobody's failure.
        _wait(batch, error)
        return
    promises.keep(batch[0].connection, error)
    parking.drop_outdated(batch)
    _count_alike(batch, error)
    is_unclear = error.kind == Kind.INTERNAL
    if tired := [one for one in batch if _is_tried_enough(one, error)]:
        parking.park(tired, error)
    # What is parked is not held any more.
    _wait(batch, error, failures=F("failures") + int(is_unclear))


def _wait(batch: Sequence[Operation], error: MarketplaceError, **more: object) -> None:
    for attempts in {one.attempts for one in batch}:
        wait = error.retry_after or backoff(attempts, LONGEST_WAIT)
        Operation.objects.held(batch).filter(attempts=attempts).update(
            state=Operation.State.WAITING,
            due_at=timezone.now() + timedelta(seconds=wait),
            **parking.stored(error),
            **more,
        )


def backoff(attempts: int, longest: float) -> float:
    return min(FIRST_WAIT * 2 ** (attempts - 1), longest)


def _count_alike(batch: Sequence[Operation], error: MarketplaceError) -> None:
    """Only of one that was sent alone; of many nobody knows which is at fault."""
    if len(batch) != 1 or isinstance(error, RateLimited):
        return
    one, now = batch[0], timezone.now()
    is_alike = one.alike and _looks_alike(one, error) and _others_were_answered(one, error)
    one.alike = one.alike + 1 if is_alike else 1
    one.alike_since = one.alike_since if is_alike else now
    Operation.objects.held(batch).update(
        alike=one.alike, alike_since=one.alike_since, failed_at=now
    )


def _looks_alike(one: Operation, error: MarketplaceError) -> bool:
    return all(getattr(one, name) == value for name, value in parking.stored(error).items())


def _others_were_answered(one: Operation, error: MarketplaceError) -> bool:
    """Since it failed last: an account that answers nobody is the breaker's concern."""
    if not breakers.is_trouble(error):
        return True
    answered = Breaker.objects.filter(pk=one.connection_id, recovered_at__gt=one.failed_at)
    return answered.exists()


def _is_tried_enough(one: Operation, error: MarketplaceError) -> bool:
    if error.kind == Kind.INTERNAL and one.failures + 1 >= UNCLEAR_TRIES:
        return True
    lasts_since = timezone.now() - TROUBLE_LASTS
    is_lasting = one.alike_since is not None and one.alike_since <= lasts_since
    return one.alike >= ALIKE_TRIES and (is_lasting or not breakers.is_trouble(error))


def may_still_appear(operation: Operation, result: ItemResult) -> bool:
    """Not known there yet, and its card was taken minutes ago."""
    published = Operation.objects.filter(
        connection=operation.connection_id,
        kind=Operation.Kind.PUBLISH_CARD,
        target=operation.target,
        state=Operation.State.DONE,
        finished_at__gt=timezone.now() - APPEARS_WITHIN,
    )
    return result.is_unknown and published.exists()


def not_there_yet(operation: Operation, result: ItemResult) -> MarketplaceError:
    wait = backoff(operation.attempts, LOOK_AGAIN)
    return Unavailable(result.message, code=result.code, words=result.message, retry_after=wait)

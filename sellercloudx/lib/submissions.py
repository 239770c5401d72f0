"""A form sent twice is one thing done; other words sent with its number are another thing."""

import json
import uuid
from typing import Any


def key_of(submission: uuid.UUID, **content: Any) -> uuid.UUID:
    """What a form's hidden number and everything typed into it come to.

    A browser gives the number back with the page when one goes Back, and what is typed there next
    must not be taken for what was sent before.
    """
    said = json.dumps(content, default=str, sort_keys=True)
    return uuid.uuid5(submission, said)

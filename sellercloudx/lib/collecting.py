"""The collector of garbage, in a process that takes in much at a time.

What a start leaves behind (classes, models, routes) is most of what there is and never goes away,
and the collector walked through all of it again and again: a third of the time of an order.
"""

import gc

# New objects between two looks at the young ones; a thousand orders are some hundred thousand.
YOUNG = 100_000


def leave_what_stays() -> None:
    """Once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)

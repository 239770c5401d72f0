"""Which files of the packages are served with our own."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

# The second viewer that the API's package brings: four megabytes that no page asks for.
UNSERVED = ["redoc*"]


class PackageFinder(AppDirectoriesFinder):
    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        yield from super().list([*(ignore_patterns or []), *UNSERVED])

"""Words as people type them, made comparable: either script, any apostrophe, any case."""

import re
import unicodedata
from functools import lru_cache

APOSTROPHES = "'’‘`´ʻʼʹ′"  # noqa: RUF001  U+02BB and U+02BC are letters of Uzbek
_NO_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхы", "abvgdeziyklmnoprstufxi", strict=True)),
        **{"ё": "e", "ж": "j", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "э": "e"},
        **{"ю": "yu", "я": "ya", "ъ": "", "ь": "", "ў": "o", "қ": "q", "ғ": "g", "ҳ": "h"},
    }
)
_SPACES = re.compile(r"\s+")


# The same goods are ordered again and again.
@lru_cache(2048)
def fold(text: str) -> str:
    """Small letters without apostrophes and accents, in one script: Чойнак, choynak -> choynak."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_NO_APOSTROPHES)
    text = unicodedata.normalize("NFKD", text.translate(_LATIN))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _SPACES.sub(" ", text).strip()

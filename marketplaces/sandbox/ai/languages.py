"""Just enough Uzbek and Russian for a demonstration: letters, and a few words of trade."""

import re

# Longer spellings first: sh is one letter.
LATIN_PAIRS = """
    oʻ ў, o' ў, o‘ ў, gʻ ғ, g' ғ, g‘ ғ, sh ш, ch ч, yo ё, yu ю, ya я, ye е, ts ц,
    a а, b б, c к, d д, e е, f ф, g г, h ҳ, i и, j ж, k к, l л, m м, n н, o о, p п, q қ,
    r р, s с, t т, u у, v в, w в, x х, y й, z з
"""
CYRILLIC_PAIRS = """
    а a, б b, в v, г g, д d, е e, ё yo, ж j, з z, и i, й y, к k, л l, м m, н n, о o, п p, р r,
    с s, т t, у u, ф f, х x, ц ts, ч ch, ш sh, щ sh, ы i, э e, ю yu, я ya, ў oʻ, қ q, ғ gʻ, ҳ h
"""
# A few words, so that a Russian text of the demonstration reads as one.
TO_RUSSIAN = {
    "piyola": "пиала",
    "krujka": "кружка",
    "finjon": "чашка",
    "choynak": "чайник",
    "kosa": "миска",
    "lagan": "блюдо",
    "likopcha": "тарелка",
    "qozon": "казан",
    "pichoq": "нож",
    "sochiq": "полотенце",
    "koʻylak": "платье",
    "futbolka": "футболка",
    "shim": "брюки",
    "paypoq": "носки",
    "krossovka": "кроссовки",
    "oʻyinchoq": "игрушка",
    "qoʻgʻirchoq": "кукла",
    "quloqchin": "наушники",
    "telefon": "телефон",
    "kabel": "кабель",
    "chiroq": "светильник",
    "choy": "чай",
    "shampun": "шампунь",
    "sovun": "мыло",
    "sopol": "керамический",
    "keramika": "керамика",
    "paxta": "хлопок",
    "shisha": "стекло",
    "yogʻoch": "дерево",
    "oq": "белый",
    "qora": "черный",
    "qizil": "красный",
    "koʻk": "синий",
    "yashil": "зеленый",
    "uchun": "для",
    "va": "и",
    "bilan": "с",
    "toʻplam": "набор",
    "dona": "шт",
}
LABELS = {
    "brand": {"uz": "Brend", "ru": "Бренд"},
    "category": {"uz": "Turkum", "ru": "Категория"},
    "color": {"uz": "Rangi", "ru": "Цвет"},
    "material": {"uz": "Materiali", "ru": "Материал"},
    "weight": {"uz": "Ogʻirligi", "ru": "Вес"},
    "size": {"uz": "Oʻlchami", "ru": "Размер"},
    "volume": {"uz": "Hajmi", "ru": "Объем"},
    "country": {"uz": "Ishlab chiqarilgan joyi", "ru": "Страна производства"},
    "description": {"uz": "Tavsif", "ru": "Описание"},
}
_CYRILLIC = re.compile("[а-яёўқғҳ]", re.IGNORECASE)


def _pairs(table: str) -> dict[str, str]:
    return dict(pair.split() for pair in table.split(","))


_TO_CYRILLIC = _pairs(LATIN_PAIRS)
_TO_LATIN = {**_pairs(CYRILLIC_PAIRS), "ъ": "", "ь": ""}
_LATIN_WORD = re.compile(r"[A-Za-zʻʼ'‘’]+")


def label(name: str, language: str) -> str:
    known = LABELS.get(name.casefold())
    return known[language] if known else in_language(name.replace("_", " ").capitalize(), language)


def in_language(text: str, language: str) -> str:
    """The text in the script of the language; figures and units stay as they are."""
    if language == "ru":
        return text if _CYRILLIC.search(text) else _LATIN_WORD.sub(_russian, text)
    return "".join(_respelled(_TO_LATIN, letter) for letter in text)


def _russian(match: re.Match[str]) -> str:
    word = match.group()
    # Names and model numbers are no words: iPhone, USB.
    if word.isupper() or any(letter.isupper() for letter in word[1:]):
        return word
    known = TO_RUSSIAN.get(word.casefold().replace("'", "ʻ").replace("‘", "ʻ"))
    if known:
        return known.capitalize() if word[0].isupper() else known
    spelled = re.sub(
        "|".join(map(re.escape, _TO_CYRILLIC)),
        lambda m: _respelled(_TO_CYRILLIC, m.group()),
        word,
        flags=re.IGNORECASE,
    )
    return re.sub("[ʻʼ'‘’]", "", spelled)


def _respelled(table: dict[str, str], letters: str) -> str:
    spelled = table.get(letters.casefold(), letters)
    return spelled.capitalize() if letters[:1].isupper() and spelled != letters else spelled

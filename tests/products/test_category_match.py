import pytest
from django.utils import timezone

from marketplaces.models import RemoteCategory
from products.services import category_match
from products.services.category_match import best

PATHS = [
    "Товары для дома / Чайники и заварники",
    "Товары для дома / Кружки и чашки",
    "Бытовая техника / Электрочайники",
    "Одежда / Платья",
    "Одежда / Футболки мужские",
    "Одежда / Футболки женские",
    "Электроника / Смартфоны",
    "Электроника / Чехлы для телефонов",
    "Продукты / Чай",
]


@pytest.fixture(autouse=True)
def _tree(db):
    for number, path in enumerate(PATHS):
        RemoteCategory.objects.create(
            marketplace="yandex",
            external_id=str(number),
            name=path.split(" / ")[1],
            path=path,
            fetched_at=timezone.now(),
        )


def proposed(name):
    chosen = best(category_match.match(marketplace="yandex", name=name))
    return chosen and chosen.path.split(" / ")[1]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Choynak «Paxta» 1 l", "Чайники и заварники"),
        ("Чойнак «Пахта» 1 л", "Чайники и заварники"),
        ("Чайник электрический Artel", "Электрочайники"),
        ("Elektr choynak Artel", "Электрочайники"),
        ("Ayollar koʻylagi", "Платья"),
        ("Ayollar ko'ylagi", "Платья"),
        ("Erkaklar futbolkasi", "Футболки мужские"),
        ("Koʻk choy 95", "Чай"),
        ("Чехол для телефона", "Чехлы для телефонов"),
    ],
)
def test_it_understands_both_languages(name, category):
    assert proposed(name) == category


@pytest.mark.parametrize("name", ["Sut", "Futbolka", "Термокружка большая", "", "12 000"])
def test_it_does_not_guess(name):
    assert proposed(name) is None


def test_it_says_which_words_speak_for_it_and_offers_others():
    first, second = category_match.match(marketplace="yandex", name="Чайник электрический")
    assert (first.score, first.words) == (100, ("Чайник", "электрический"))
    assert (second.score, second.words) == (50, ("Чайник",))


def test_it_knows_nothing_of_a_marketplace_without_a_tree():
    assert category_match.match(marketplace="uzum", name="Choynak") == []

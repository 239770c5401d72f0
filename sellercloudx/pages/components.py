"""Every part of the design system in every state, with the longest words: for those who build."""

from datetime import timedelta
from decimal import Decimal

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from partners.access import staff_required

LONG_NAME = "Преображенская-Константинопольская фарфоровая мануфактура «Пахта» — чайник 1 л"
STATUSES = [
    ("info", "Yangi"),
    ("warn", "В сборке"),
    ("hold", "Ожидает подтверждения"),
    ("ok", "Yetkazib berildi"),
    ("bad", "Muddati oʻtgan"),
    ("mute", "Bekor qilingan"),
]
MARKETPLACES = ["Yandex Market", "Uzum Market", "Wildberries", "Ozon"]
TABS = [
    {"url": "?", "label": "Все", "count": 1240, "is_current": True},
    {"url": "?s=new", "label": "Новые", "count": 12, "is_hot": True},
    {"url": "?s=wait", "label": "Ожидают подтверждения", "count": 48},
    {"url": "?s=late", "label": "Muddati oʻtgan", "count": 3, "is_hot": True},
    {"url": "?s=back", "label": "Qaytarilgan", "count": 0},
]
CHIPS = [
    {"label": "Площадка: Uzum Market", "remove_url": "?"},
    {"label": "Период: 01.11.2026 – 23.11.2026", "remove_url": "?"},
]
PRICE = [
    {"label": "Narx", "amount": Decimal(129_000), "is_total": True},
    {"label": "Комиссия", "why": "15 % от цены, «Посуда»", "amount": Decimal(-19_350)},
    {"label": "Логистика", "why": "12×12×16 см, 0,9 кг", "amount": Decimal(-12_000)},
    {"label": "Soliq", "why": "Aylanmadan 1 %", "amount": Decimal(-1_290)},
    {"label": "Себестоимость", "why": "Вы ввели 22 ноября", "amount": Decimal(-62_000)},
    {"label": "Sof foyda", "amount": Decimal(34_360), "is_total": True},
]


class SampleForm(forms.Form):
    """One field of each kind, some of them wrong."""

    name = forms.CharField(
        max_length=60,
        label="Toʻlov maʼlumotlari",
        help_text="До 120 символов. Так его увидит покупатель.",
    )
    email = forms.EmailField(label="Электронная почта", required=False)
    price = forms.DecimalField(label="Narx, soʻm", max_digits=15, decimal_places=2)
    region = forms.ChoiceField(
        label="Viloyat", choices=[("", "—"), ("bu", "Buxoro"), ("qq", "Qoraqalpogʻiston")]
    )
    form = forms.ChoiceField(
        label="Организационно-правовая форма",
        widget=forms.RadioSelect,
        choices=[("yatt", "YaTT"), ("mchj", "MChJ"), ("jis", "Jismoniy shaxs")],
        help_text="Qanday roʻyxatdan oʻtgansiz",
    )
    places = forms.MultipleChoiceField(
        label="Площадки",
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, name) for name in MARKETPLACES],
        required=False,
    )
    about = forms.CharField(label="Описание", widget=forms.Textarea, required=False)
    photo = forms.FileField(label="Surat", required=False)
    terms = forms.BooleanField(
        label="Я принимаю условия: данные хранятся в Узбекистане", help_text="Версия 2026-11"
    )


class SampleFilters(forms.Form):
    q = forms.CharField(
        label="Поиск в списке",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Номер, товар, покупатель"}),
    )
    marketplace = forms.ChoiceField(
        label="Площадка", choices=[("", "Все площадки"), ("uzum", "Uzum Market")], required=False
    )
    period = forms.ChoiceField(
        label="Период", choices=[("7", "За 7 дней"), ("30", "За 30 дней")], required=False
    )


@staff_required
@require_safe
def components(request):
    form = SampleForm({"name": "Oʻzbekiston " * 9, "email": "neto@", "price": "1e309"})
    form.fields["price"].widget.attrs["inputmode"] = "decimal"
    return render(request, "pages/components.html", {**_facts(), "form": form})


def _facts() -> dict:
    now = timezone.now()
    return {
        "filters": SampleFilters(),
        "statuses": STATUSES,
        "long_name": LONG_NAME,
        "orders": [_order(number, now) for number in range(12)],
        "tabs": TABS,
        "chips": CHIPS,
        "steps": _steps(now),
        "points": [_point(number) for number in range(14)],
        "price": PRICE,
        "moment": now,
        "left": timedelta(minutes=130),
        "largest": Decimal("999999999999.99"),
        "facts": [("Материал: фарфор", "form"), ("Hajmi: 1 l", "photo"), ("Бренд", "model:gpt")],
    }


def _steps(now) -> list[dict]:
    return [
        {"label": "Создан", "at": now - timedelta(days=1), "is_done": True},
        {"label": "Tasdiqlangan", "at": now - timedelta(hours=3), "is_done": True},
        {"label": "Отгрузить до", "at": now + timedelta(hours=2), "is_current": True},
        {"label": "Передать в доставку", "note": "Пункт приёма «Чиланзар-9»"},
    ]


def _point(number: int) -> dict:
    return {
        "label": timezone.localdate() - timedelta(days=13 - number),
        "value": Decimal((number * 37) % 11 + 2) * 1_850_000,
        "before": Decimal((number * 23) % 9 + 3) * 1_700_000,
    }


def _order(number: int, now) -> dict:
    tone, words = STATUSES[number % len(STATUSES)]
    return {
        "number": f"46130{number * 37:03d}-00{number + 10}-1",
        "title": LONG_NAME if number % 3 else "Choynak",
        "marketplace": MARKETPLACES[number % 4],
        "tone": tone,
        "status": words,
        "units": number % 7 + 1,
        "total": Decimal(number * number * 331_000 + 45_000),
        "ship_by": now + timedelta(hours=number * 3 - 6),
        "is_late": tone == "bad",
    }

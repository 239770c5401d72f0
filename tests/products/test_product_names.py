"""The name of a product is words, not a link, and is refused at the form with a sentence."""

import uuid

import pytest

from products.forms import AddProductForm, ProductForm
from products.text_rules import is_no_link


@pytest.mark.parametrize("form", [AddProductForm, ProductForm])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("https://evil.uz", "link"),
        ("Choynak www.evil.example", "link"),
        ("Choynak evil.uz/arzon", "link"),
        ("12345", "words"),
        ("--- !!!", "words"),
    ],
)
def test_it_is_refused(form, name, code):
    bound = form({"name": name, "quantity": "1", "cost": "10", "submission": uuid.uuid4()})
    assert code in [error.code for error in bound.errors.as_data()["name"]]


@pytest.mark.parametrize(
    "name", ["Choynak «Paxta» 1.5 l", "Krem Dr.Organic 50ml", "Kabel USB 3.0", "Soat St.Petersburg"]
)
def test_dots_of_names_and_figures_stay(name):
    is_no_link(name)

from django import forms
from django.template import Context, Template
from django.utils import translation


class ShopForm(forms.Form):
    name = forms.CharField(label="Name", max_length=5, help_text="As the buyer sees it.")
    price = forms.DecimalField(label="Price", min_value=1)
    note = forms.CharField(label="Note", required=False)
    terms = forms.BooleanField(label="I agree")
    size = forms.ChoiceField(
        label="Size", widget=forms.RadioSelect, choices=[("s", "Small"), ("l", "Large")]
    )


def draw(data=None):
    with translation.override("en"):
        return str(ShopForm(data))


def test_it_stands_in_order_label_hint_control_error():
    html = draw({"name": "too long <b>", "price": "1e309"})
    field = html[html.index('for="id_name"') :]
    places = [field.index(text) for text in ("id_name_helptext", "<input", "id_name_error")]
    assert places == sorted(places)
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field
    assert "<b>" not in html


def test_what_was_typed_into_a_number_comes_back():
    html = draw({"name": "x", "price": "1e309 <"})
    assert 'value="1e309 &lt;"' in html
    assert 'type="number"' not in html
    assert 'inputmode="decimal"' in html


def test_only_the_optional_is_marked():
    html = draw()
    assert html.count("(optional)") == 1
    assert html.index("Note") < html.index("(optional)")


def test_errors_are_told_on_top_with_links():
    html = draw({"name": ""})
    assert 'role="alert"' in html
    assert '<a href="#id_name">Name: This field is required.</a>' in html
    assert 'href="#id_size_0"' in html


def test_a_form_not_sent_yet_has_no_errors():
    assert "alert" not in draw()


def test_a_group_of_choices_is_a_fieldset():
    html = draw()
    group = html[html.index("<fieldset") : html.index("</fieldset>")]
    assert "<legend>Size" in group
    assert group.count('type="radio"') == 2


def test_one_field_can_be_drawn_alone():
    html = Template("{{ form.name.as_field_group }}").render(Context({"form": ShopForm()}))
    assert html.count("<input") == 1

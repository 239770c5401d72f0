"""How every form of ours is drawn."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}`: label, hint, control, error."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

"""`{% csrf_token %}` of every template: beside the token stands whose cabinet the form is of.

partners/other_company.py refuses a form that is sent while another company is open. Built in, so
that no form can forget it.
"""

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from partners.other_company import FIELD, company_of

register = template.Library()


class _Node(CsrfTokenNode):
    def render(self, context):
        pk = company_of(context.get("request"))
        whose = format_html('<input type="hidden" name="{}" value="{}">', FIELD, pk) if pk else ""
        return super().render(context) + whose


@register.tag
def csrf_token(parser, token):
    return _Node()

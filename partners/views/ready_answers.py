"""The pages of texts that are sent often: all of them with a form for another, and one of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from partners.models import ReadyAnswer
from partners.services import canned_replies


@dataclass(frozen=True)
class Shelf:
    """Where they stand: names of their pages, and the page they were come from."""

    base: str
    all: str
    one: str
    back: str
    back_words: Promise


def show_all(
    request, shelf: Shelf, form: ModelForm, known: Any, *, may_change=True
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _is_added(request, form):
        return redirect(shelf.all)
    context = {"shelf": shelf, "form": form, "answers": known, "may_change": may_change}
    status = 422 if form.errors else 200
    return render(request, "partners/support/answers.html", context, status=status)


def show_one(request, shelf: Shelf, one: ReadyAnswer, form: ModelForm, title: str) -> HttpResponse:
    if request.method == "POST" and "remove" in request.POST:
        canned_replies.remove(one, by=request.user)
        return redirect(shelf.all)
    if request.method == "POST" and form.is_valid() and _is_changed(request, one, form):
        return redirect(shelf.all)
    context = {"shelf": shelf, "form": form, "title": title}
    status = 422 if form.errors else 200
    return render(request, "partners/support/answer.html", context, status=status)


def _is_added(request, form: ModelForm) -> bool:
    """Else the form says why not."""
    try:
        canned_replies.add(form.instance, by=request.user)
    except canned_replies.TitleTaken:
        form.add_error("title", _taken(form))
    return _is_told(request, form)


def _is_changed(request, one: ReadyAnswer, form: ModelForm) -> bool:
    """Else the form says why not."""
    words = {name: form.cleaned_data[name] for name in ("title", "text")}
    try:
        canned_replies.change(one, by=request.user, **words)
    except canned_replies.TitleTaken:
        form.add_error("title", _taken(form))
    except canned_replies.Gone:
        form.add_error(None, _("Somebody has removed this one meanwhile. Add it as a new one."))
    return _is_told(request, form)


def _taken(form: ModelForm) -> Any:
    """As the form itself says it of one that was there before."""
    return form.instance.unique_error_message(type(form.instance), ("title",))


def _is_told(request, form: ModelForm) -> bool:
    if not form.errors:
        messages.success(request, _("The ready answer is saved."))
    return not form.errors

"""Finds text that no catalogue was asked for: in templates, in Python, and on the pages drawn."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType
from django.utils.translation import _trans

from scripts.messages import CALLS

OPEN, CLOSE = "⟦", "⟧"
# What a reader sees or hears of an element beside its text.
HUMAN = {"aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt"}
HUMAN |= {"data-done", "data-count", "label"}
UNSEEN = {"script", "style", "code", "template"}
# Tags whose words are names of files, addresses, parts and values, or are translated already.
SPEECHLESS = {"load", "url", "static", "include", "extends", "if", "elif", "icon", "block"}
SPEECHLESS |= {"endblock", "for", "querystring", "translate", "trans"}
SKIPPED = {name: f"end{name}" for name in ("comment", "blocktranslate", "blocktrans")}
_LITERAL = re.compile(r"""(_\()?("[^"]*"|'[^']*')""")
_WORD = re.compile(r"[^\W\d_][\w.@:'ʻʼ/-]*")
_NAME_OF_OURS = re.compile(r"[a-z0-9_:./#, =-]*")


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


class Shown(HTMLParser):
    """The texts of a page that a person sees or hears."""

    def __init__(self, page: str):
        super().__init__()
        self.texts: list[str] = []
        self.within: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        # Codes and figures are set in the letters of a typewriter.
        is_code = tag in UNSEEN or "mono" in (named.get("class") or "").split()
        if is_code or tag in self.within:
            self.within.append(tag)
        told = [value for name, value in attrs if name in HUMAN]
        if named.get("type") in ("submit", "button", "reset"):
            told.append(named.get("value"))
        if named.get("name") == "description":
            told.append(named.get("content"))
        self.texts += filter(None, told)

    def handle_endtag(self, tag):
        if tag in self.within:
            self.within.remove(tag)

    def handle_data(self, data):
        if not self.within:
            self.texts.append(data)


# --- Templates ---


def in_template(source: str, *, is_html: bool = True) -> Iterator[str]:
    """Words of a template that it says itself, and texts it gives to its tags and filters."""
    bare, said = [], []
    for token in _spoken(source):
        if token.token_type == TokenType.TEXT:
            bare.append(token.contents)
            continue
        # A tag between attributes must not glue them together.
        bare.append(" ")
        if token.contents.split()[0] not in SPEECHLESS:
            said += [m[2][1:-1] for m in _LITERAL.finditer(token.contents) if not m[1]]
    # What `{% block body_class %} class="x"{% endblock %}` holds is part of a tag elsewhere.
    page = re.sub(r'^ *(<\w+>)? *class="[\w ]*"', " ", "".join(bare), flags=re.MULTILINE)
    for text in Shown(page).texts if is_html else [page]:
        yield from words_of(text)
    yield from (text for text in said if words_of(text) and not _NAME_OF_OURS.fullmatch(text))


def _spoken(source: str) -> Iterator:
    """Its tokens without comments and what is translated as a whole."""
    until = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = "" if name == until else until
        elif name in SKIPPED:
            until = SKIPPED[name]
        elif token.token_type != TokenType.COMMENT:
            yield token


# --- Python ---

# Given by name to forms, models and admin; read by people.
KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "legend"}
KEYWORDS |= {"description", "placeholder", "subject"}
# Call -> which of its arguments a person reads.
READ = {
    **dict.fromkeys(["success", "info", "warning", "error", "add_error"], 1),
    **dict.fromkeys(["ValidationError", "HttpResponse", "EmailMessage", "send_mail"], 0),
}
# One that begins as sentences and labels do, and goes on for at least a word.
_SENTENCE = re.compile(r"[^\W\d_]+[ʻʼ',:]? .*[^\W\d_]{2}", re.DOTALL)
_SQL = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|SET) ")


def in_python(source: str) -> Iterator[str]:
    """Texts of a module that people read and no catalogue knows, with their lines."""
    tree = ast.parse(source)
    quiet = {id(part) for node in ast.walk(tree) for part in _unread(node)}
    for node in ast.walk(tree):
        for text in filter(None, _read_by_people(node)):
            if id(text) not in quiet and (words := _literal(text)):
                yield f"{node.lineno}: {words}"


def _read_by_people(node: ast.AST) -> Iterator[ast.AST | None]:
    if isinstance(node, ast.Call):
        name, whole = _called(node), ast.unparse(node.func)
        is_column = name.endswith("Field") and whole.startswith(("models.", "MoneyField"))
        # Its first word is a table.
        is_column = is_column and name != "OneToOneField"
        yield from (one.value for one in node.keywords if one.arg in KEYWORDS)
        place = 0 if is_column else READ.get(name, len(node.args))
        yield from node.args[place : place + 1]
    elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(b) for b in node.bases):
        pairs = [one.value for one in node.body if isinstance(one, ast.Assign)]
        yield from (pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple))
    elif isinstance(node, ast.Dict):
        named = zip(node.keys, node.values, strict=True)
        yield from (value for key, value in named if key and _literal(key) in HUMAN)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        is_sentence = _SENTENCE.match(node.value) and node.value[0].isupper()
        is_shouted = node.value.isupper() or _SQL.match(node.value)
        yield node if is_sentence and not is_shouted else None


def _literal(node: ast.AST) -> str:
    """The letters that stand in the code itself; of f"{name}" none do."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    text = "".join(text for text in texts if isinstance(text, str))
    return text if words_of(text) else ""


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """What the catalogues are asked for, and what only developers read."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
        yield node.body[0].value
    is_translated = isinstance(node, ast.Call) and _bare(_called(node)) in CALLS
    is_logged = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger.")
    # Forms raise ValidationError at people; whatever else is raised is caught by name.
    is_raised = isinstance(node, ast.Raise) and "ValidationError" not in ast.unparse(node)
    if is_translated or is_logged or is_raised:
        yield from ast.walk(node)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _bare(name: str) -> str:
    return name.removesuffix("_lazy").removesuffix("_noop")


# --- Pages ---


def mark_everything(monkeypatch) -> None:
    """Whatever goes through gettext comes back between brackets, in whatever language."""
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        asked = getattr(_trans, name)
        monkeypatch.setattr(_trans, name, lambda *args, asked=asked: OPEN + asked(*args) + CLOSE)


def outside_of_marks(text: str) -> str:
    """What stands in no bracket, however deep they lie in each other."""
    depth, left = 0, []
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        if not depth and sign != CLOSE:
            left.append(sign)
    return "".join(left)


def on_page(page: str) -> Iterator[str]:
    for text in Shown(page).texts:
        yield from words_of(outside_of_marks(text))

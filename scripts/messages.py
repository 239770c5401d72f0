"""The sentences to translate, read from the code without the gettext programs.

`python -m scripts.messages` adds new ones to the catalogues and drops what nobody says any more;
`--check` changes nothing and says what is missing.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from scripts import admin_sentences
from scripts.install import ROOT

APPS = ("sellercloudx", "partners", "marketplaces", "products", "orders", "referrals", "ai_manager")
LANGUAGES = {
    # After a number an Uzbek noun stays as it is.
    "uz": "nplurals=1; plural=0;",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}
# Function -> where its context, its sentence and its plural stand among the arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_TEMPLATE_CALL = re.compile(r"\b_?[np]{0,2}(?:gettext)?\((?:u?'(?:\\.|[^'\\])*'|u?\"[^\"]*\"|, )+")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{\w*\}")


@dataclass(frozen=True)
class Message:
    context: str | None
    text: str
    plural: str = ""


# What Django says on our pages. Its own Uzbek has gaps and another apostrophe, its Russian glues
# a label of ours into the middle of a sentence; what stands in our catalogues wins.
FROM_DJANGO = (
    Message(None, "This field is required."),
    Message(None, "Null characters are not allowed."),
    Message(
        None,
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    Message(None, "Ensure this value is less than or equal to %(limit_value)s."),
    Message(None, "Ensure this value is greater than or equal to %(limit_value)s."),
    Message(None, "Enter a whole number."),
    Message(None, "Enter a number."),
    Message(
        None,
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
    ),
    Message(
        None,
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
    ),
    Message(
        None,
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
    ),
    Message(None, "Enter a valid email address."),
    Message(None, "Enter a valid UUID."),
    Message(None, "Select a valid choice. %(value)s is not one of the available choices."),
    Message(None, "No file was submitted. Check the encoding type on the form."),
    Message(None, "No file was submitted."),
    Message(None, "The submitted file is empty."),
    Message(
        None,
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    Message(None, "The password is too similar to the %(verbose_name)s."),
    Message(None, "This password is too common."),
    Message(None, "This password is entirely numeric."),
)
FROM_ITS_ADMIN = (
    *(Message(None, text) for text in admin_sentences.ONE),
    *(Message(None, *forms) for forms in admin_sentences.MANY),
)


def collect() -> dict[Message, list[str]]:
    """Every sentence of the product, and where it is said."""
    found: dict[Message, list[str]] = {}
    for path, messages in _sources():
        for message in messages:
            found.setdefault(message, []).append(str(path.relative_to(ROOT)))
    for message in (*FROM_DJANGO, *FROM_ITS_ADMIN):
        found.setdefault(message, []).append("django")
    return found


def _sources() -> Iterator[tuple[Path, list[Message]]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, list(in_python(path.read_text(encoding="utf-8")))
    for pattern in ("templates/**/*.html", "templates/**/*.txt", "*/templates/**/*.html"):
        for path in sorted(ROOT.glob(pattern)):
            yield path, list(in_template(path.read_text(encoding="utf-8")))


def in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _said_by(node)


def _said_by(call: ast.Call) -> Iterator[Message]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    places = CALLS.get(name.removesuffix("_lazy").removesuffix("_noop"))
    if places is None:
        return
    texts = [_literal(argument) for argument in call.args]
    context, text, plural = (None if at is None else _at(texts, at) for at in places)
    if text is not None:
        yield Message(context, text, plural or "")


def _literal(argument: ast.expr) -> str | None:
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) else None


def _at(texts: list[str | None], place: int) -> str | None:
    return texts[place] if place < len(texts) else None


def in_template(source: str) -> Iterator[Message]:
    # Everything else in what templatize gives is blanked out.
    for match in _TEMPLATE_CALL.finditer(templatize(source)):
        call = match.group().rstrip(", ") + ")"
        yield from in_python(call)


def problems(catalogue: polib.POFile, said: dict[Message, list[str]]) -> Iterator[str]:
    """What keeps one language from being complete, a line each."""
    known = {(e.msgctxt, e.msgid): e for e in catalogue if not e.obsolete}
    for message, places in said.items():
        entry = known.pop((message.context, message.text), None)
        if entry is None:
            yield f"missing: {message.text!r} ({places[0]})"
        elif entry.fuzzy or not entry.translated():
            yield f"untranslated: {message.text!r} ({places[0]})"
        elif _placeholders(entry):
            yield f"placeholders differ: {message.text!r}"
    yield from (f"stale: {text!r}" for _, text in known)


def _placeholders(entry: polib.POEntry) -> bool:
    wanted = {m.group() for m in _PLACEHOLDER.finditer(entry.msgid + entry.msgid_plural)}
    forms = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    # A plural form may leave the number out (“one product”); it may not invent a name.
    return any(
        (found - wanted) or (not entry.msgid_plural and wanted - found)
        for found in ({m.group() for m in _PLACEHOLDER.finditer(form)} for form in forms)
    )


def update(language: str, said: dict[Message, list[str]]) -> polib.POFile:
    """The catalogue with exactly the sentences that are said, translations kept."""
    path = path_of(language)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    kept = {(e.msgctxt, e.msgid): e for e in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": LANGUAGES[language],
    }
    for message, places in said.items():
        entry = kept.get((message.context, message.text)) or polib.POEntry()
        new.append(_told(entry, message, places, language))
    return new


def _told(
    entry: polib.POEntry, message: Message, places: list[str], language: str
) -> polib.POEntry:
    entry.msgctxt, entry.msgid, entry.msgid_plural = message.context, message.text, message.plural
    entry.occurrences = [(place, "") for place in sorted(set(places))]
    entry.obsolete = False
    if message.plural and not entry.msgstr_plural:
        count = int(LANGUAGES[language].split("nplurals=")[1][0])
        entry.msgstr_plural = dict.fromkeys(range(count), "")
    return entry


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def main(arguments: list[str]) -> int:
    said = collect()
    failed = 0
    for language in LANGUAGES:
        path = path_of(language)
        if arguments == ["--check"]:
            catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
        else:
            catalogue = update(language, said)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalogue.save(str(path))
        lines = list(problems(catalogue, said))
        for line in [*lines, f"{len(said)} sentences, {len(lines)} problems"]:
            print(f"{language}: {line}")
        failed += len(lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Imports go one way, files stay small, and heavy libraries wait until they are needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each may import those before it, itself, and sellercloudx.lib.
APPS = ["partners", "marketplaces", "products", "orders", "referrals", "ai_manager"]
LIB = "sellercloudx.lib"
FILES = sorted(
    path
    for folder in ["sellercloudx", *APPS]
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
NAMES = [str(path.relative_to(ROOT)) for path in FILES]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports, also inside functions."""
    package = path.parent.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def is_under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def allowed(module: str) -> list[str]:
    """Our own packages that a module may import."""
    for alone in ("marketplaces.connectors", "marketplaces.sandbox"):
        if is_under(module, alone):
            return [alone, LIB]
    if is_under(module, LIB):
        return [LIB]
    app = module.split(".")[0]
    if app == "sellercloudx":
        return ["sellercloudx", *APPS]
    return [LIB, *APPS[: APPS.index(app) + 1]]


def test_each_module_imports_only_downwards():
    assert len(FILES) > 300
    upward = {}
    for path, name in zip(FILES, NAMES, strict=True):
        ours = [one for one in imports(path) if is_under(one, "sellercloudx", *APPS)]
        if wrong := [one for one in ours if not is_under(one, *allowed(module_name(path)))]:
            upward[name] = wrong
    assert upward == {}


def test_modules_and_functions_stay_small():
    assert [n for path, n in zip(FILES, NAMES, strict=True) if lines(path) > 400] == []
    functions = {
        f"{name}: {node.name}": node.end_lineno - node.lineno
        for path, name in zip(FILES, NAMES, strict=True)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: length for name, length in functions.items() if length >= 30} == {}


def test_templates_stay_small():
    long = [p for p in ROOT.glob("templates/**/*.html") if len(p.read_text().splitlines()) > 200]
    assert long == []


def test_no_module_is_named_after_nothing():
    vague = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "handlers"}
    assert [name for path, name in zip(FILES, NAMES, strict=True) if path.stem in vague] == []


def test_django_starts_without_the_heavy_libraries():
    """The AI SDKs alone cost two seconds and a hundred megabytes in every process."""
    heavy = {"openai", "anthropic", "replicate", "reportlab", "PIL", "py3langid", "genai_prices"}
    program = (
        "import django, sys; django.setup(); import sellercloudx.urls; "
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"

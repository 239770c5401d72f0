"""Take the guards of the pages away, one at a time, and see whether the permission tests notice.

`python -m scripts.mutate_guards` prints how many were caught; `NAME ...` takes only these. Each one
is taken away in a copy of the tree, so that nothing here changes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from scripts.install import ROOT

LEFT_OUT = (".git", ".venv", "node_modules", "staticfiles", "__pycache__", "*.pyc")


@dataclass(frozen=True)
class Guard:
    """In `file`, `code` becomes `without`; then one of `tests` named `noticed` must fail.

    Several files of tests stand with spaces between.
    """

    file: str
    code: str
    without: str
    noticed: str = "gets_what_the_table_says"
    tests: str = "tests/test_permissions.py"


ACCESS = "partners/access.py"
GUARDS = {
    "login of partners": Guard(
        ACCESS,
        "    @login_required\n    @wraps(view)\n    def wrapped(request, *args, **kwargs):\n"
        "        if not request.partner:\n            return redirect(",
        "    @wraps(view)\n    def wrapped(request, *args, **kwargs):\n"
        "        if not request.partner:\n            return redirect(",
    ),
    "approval": Guard(
        ACCESS,
        "        if not request.partner.is_approved:\n",
        "        if False:\n",
    ),
    "role of a member": Guard(
        ACCESS,
        "not request.member.is_at_least(to_look if request.method in SAFE else at_least)",
        "False",
    ),
    "viewer": Guard(ACCESS, "at_least=OPERATOR, to_look", "at_least=Role.VIEWER, to_look"),
    "owner": Guard(
        ACCESS,
        "        if not request.member.is_at_least(Role.OWNER):\n",
        "        if False:\n",
    ),
    "staff": Guard(
        ACCESS,
        "        if not request.user.is_staff:\n            raise PermissionDenied\n",
        "",
    ),
    "permission of staff": Guard(
        ACCESS,
        "if permission and not request.user.has_perm(permission):",
        "if False:",
    ),
    "second step": Guard(
        ACCESS,
        "if not second_step.is_passed(request):",
        "if False:",
        noticed="second_step",
    ),
    "second step of Django's pages": Guard(
        "sellercloudx/admin_site.py",
        " and second_step.is_passed(request)",
        "",
        noticed="second_step",
    ),
    "superusers alone remove a second step": Guard(
        "partners/views/second_step.py",
        "if not request.user.is_superuser:",
        "if False:",
    ),
    "whose order": Guard(
        "orders/views/partner.py",
        "Order.objects.for_partner(request.partner).select_related",
        "Order.objects.select_related",
    ),
    "whose connection": Guard(
        "marketplaces/views/shops.py",
        "Connection.objects.for_partner(request.partner)",
        "Connection.objects",
    ),
    "whose member": Guard(
        "partners/views/team.py",
        "Member.objects.for_partner(request.partner).select_related",
        "Member.objects.select_related",
        noticed="gets_what_the_table_says and partner",
    ),
    "csrf": Guard(
        "sellercloudx/settings.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        noticed="without_its_token",
    ),
}


def is_caught(guard: Guard) -> bool:
    """Whether a test fails once the guard is gone."""
    with tempfile.TemporaryDirectory(prefix="sellercloudx-mutant-") as folder:
        tree = Path(folder, "tree")
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
        _take_away(tree, guard)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly"]
        run = subprocess.run(
            [*command, *guard.tests.split(), "-k", guard.noticed],
            cwd=tree,
            env=os.environ | _env(folder, tree),
            capture_output=True,
            text=True,
        )
    # 1: tests failed. Anything else (2: could not be collected) is no proof.
    return run.returncode == 1 and " failed" in run.stdout


def _env(folder: str, tree: Path) -> dict[str, str]:
    """A guard has no say in the tables: those of the whole tree are taken."""
    own = {"ENV_FILE": os.devnull, "DATA_DIR": folder, "PYTHONPATH": str(tree)}
    return own | {"TABLES_OF": str(ROOT)}


def stands_once(guard: Guard) -> bool:
    return Path(ROOT, guard.file).read_text().count(guard.code) == 1


def _take_away(tree: Path, guard: Guard) -> None:
    if not stands_once(guard):
        raise SystemExit(f"{guard.file}: the guard is not there once, so look at it anew")
    path = tree / guard.file
    path.write_text(path.read_text().replace(guard.code, guard.without))


def main(names: list[str], guards: Mapping[str, Guard] = GUARDS) -> int:
    if not find_spec("pytest"):
        sys.exit("pytest is not installed: python3 run.py test installs it")
    caught = 0
    wanted = names or list(guards)
    for name in wanted:
        found = is_caught(guards[name])
        caught += found
        print(f"{'caught' if found else 'MISSED'}  {name}", flush=True)
    print(f"{caught} of {len(wanted)} caught")
    return 0 if caught == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

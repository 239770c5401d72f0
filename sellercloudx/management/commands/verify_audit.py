from django.core.management.base import BaseCommand, CommandError

from partners.services import audit_seals


class Command(BaseCommand):
    help = "Follows the seals of the audit trail and names the first row that is not as it was."

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            default="",
            metavar="NUMBER:MAC",
            help="an end of the chain noted before, as printed here and logged by the worker",
        )

    def handle(self, *, expect, **options):
        try:
            report = audit_seals.verify(expected=expect)
        except ValueError as error:
            raise CommandError("--expect is NUMBER:MAC, such as 120:9f86d081884c7d65.") from error
        if report.finding:
            raise CommandError(f"Row {report.finding.audit_id}: {report.finding.what}.")
        head = f", up to {report.head.audit_id}:{report.head.mac[:16]}" if report.head else ""
        self.stdout.write(f"{report.sealed} rows are as they were sealed{head}.")
        since = f", the oldest of {report.unsealed_since:%F %T %Z}" if report.unsealed else ""
        self.stdout.write(f"{report.unsealed} rows are not sealed yet{since}.")

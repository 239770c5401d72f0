"""Tables of products that were sent: kept by their content, and only for a time."""

import logging

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Partner, User
from partners.services import attachments
from partners.services.retention import RESULTS_KEPT, forget_files
from products.models import ProductImport
from products.services import import_rows
from sellercloudx.lib.batches import in_batches
from sellercloudx.lib.sheets import BadTable

logger = logging.getLogger(__name__)

LARGEST_BYTES = attachments.LARGEST_BYTES
XLSX = b"PK"


def take(*, partner: Partner, by: User, upload: UploadedFile) -> ProductImport:
    """Judge a table and keep it; nothing else is written. Raises BadTable."""
    data = _bytes_of(upload)
    import_rows.read(data)
    ending = ".xlsx" if data.startswith(XLSX) else ".csv"
    name = attachments.safe_name(upload.name, ending)
    return _keep(partner, by, attachments.Attachment(name, data, attachments.TYPES[ending]))


@transaction.atomic
def _keep(partner: Partner, by: User, table: attachments.Attachment) -> ProductImport:
    stored = attachments.store_attachment(partner=partner, attachment=table)
    kept = {"file": stored, "name": table.name, "uploaded_by": by, "uploaded_at": timezone.now()}
    sent, _is_new = ProductImport.objects.update_or_create(
        partner=partner, sha256=table.sha256, defaults=kept
    )
    return sent


def _bytes_of(upload: UploadedFile) -> bytes:
    if not upload.size:
        raise BadTable(_("The file is empty. Choose it again."))
    if upload.size > LARGEST_BYTES:
        raise BadTable(_("The file is larger than 10 MB. Send the table in several parts."))
    upload.seek(0)
    return upload.read()


def forget_old() -> int:
    """Called by the clock: the tables themselves. Who sent one and when stays."""
    old = ProductImport.objects.filter(uploaded_at__lt=timezone.now() - RESULTS_KEPT)
    count = in_batches(old.filter(file__isnull=False), _forget)
    logger.info("forgot the files of %s imports", count)
    return count


def _forget(rows: "QuerySet[ProductImport]") -> None:
    files = set(rows.values_list("file_id", flat=True))
    rows.update(file=None)
    forget_files(files)


def content_of(sent: ProductImport) -> bytes | None:
    """None where it was kept long enough."""
    return bytes(sent.file.content) if sent.file else None

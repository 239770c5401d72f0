"""Whether this session has shown more than the password: a code of the phone."""

from base64 import b64decode, b64encode

import django_otp
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from partners import totp
from partners.models import TotpDevice
from sellercloudx.lib import crypto

# In the session: the password's fingerprint at that moment, so that the mark ends with it.
_PASSED = "second_step"
# In the session: the secret that is being set up, encrypted. Of this session alone: whoever has
# only stolen the password must not have seen the one that is confirmed later.
_KEY = "second_step_key"


def is_passed(request) -> bool:
    return not settings.STAFF_OTP or is_marked(request)


def is_marked(request) -> bool:
    """Also false once the device it was shown with is gone, or the password is another."""
    passed = request.session.get(_PASSED, "")
    password = request.session.get(HASH_SESSION_KEY, "")
    return request.user.is_verified() and bool(passed) and constant_time_compare(passed, password)


def mark(request, device: TotpDevice) -> None:
    """Under another session id: one that was known before opens no more than it did."""
    request.session.cycle_key()
    django_otp.login(request, device)
    request.session[_PASSED] = request.session[HASH_SESSION_KEY]
    request.session.pop(_KEY, None)


def lead_to(page: str, wanted: str) -> HttpResponseRedirect:
    """To a page of the second step, and from there to what was wanted."""
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return HttpResponseRedirect(reverse(page) + query)


def key_being_set_up(request) -> str:
    """The same until it is confirmed, however often the page is asked for."""
    context = f"second_step:{request.user.pk}"
    try:
        return crypto.decrypt(b64decode(request.session.get(_KEY, "")), context=context)
    except crypto.CannotDecrypt:
        key = totp.new_key()
        sealed = crypto.encrypt(key, context=context)
        request.session[_KEY] = b64encode(sealed).decode()
        return key

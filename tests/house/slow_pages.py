"""The real pages, and two more: one that takes its time, one that is long."""

import time

from django.http import HttpResponse
from django.urls import include, path

LENGTH = 8 * 1024 * 1024


def sleep(request):
    time.sleep(5)
    return HttpResponse("awake")


def long(request):
    return HttpResponse(b"0" * LENGTH)


urlpatterns = [path("sleep", sleep), path("long", long), path("", include("sellercloudx.urls"))]

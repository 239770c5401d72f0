"""The product's settings with a queue of its own: no worker is woken by what is only measured."""

from sellercloudx.settings import *  # noqa: F403

HUEY = {"name": "benchmarks", "huey_class": "huey.MemoryHuey", "immediate": False}
# The shop of these measurements, in memory: nothing leaves this process.
MARKETPLACE_URLS = {"benchmark": "http://127.0.0.1:9"}

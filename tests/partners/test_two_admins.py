import threading

import pytest
from django.db import connections

from partners.models import AuditLog, Notification
from partners.services import approval
from tests import factories

ROUNDS = 25


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_the_same_moment_one_holds():
    admins = [factories.make_staff(), factories.make_staff()]
    for _ in range(ROUNDS):
        partner = factories.make_partner(state="pending")
        barrier, outcomes = threading.Barrier(2), []

        def decide(decision, by, partner=partner, barrier=barrier, outcomes=outcomes):
            barrier.wait()
            try:
                decision(partner=partner, by=by, reason="two at once")
                outcomes.append("decided")
            except approval.AlreadyDecided:
                outcomes.append("told")
            finally:
                connections.close_all()

        pairs = zip([approval.approve, approval.reject], admins, strict=True)
        threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["decided", "told"]
        assert AuditLog.objects.filter(partner=partner).count() == 1
        assert Notification.objects.filter(partner=partner).count() == 1

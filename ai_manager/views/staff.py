from django.shortcuts import render
from django.views.decorators.http import require_GET

from ai_manager.providers.chain import PROVIDERS
from ai_manager.services import usage as ledger
from ai_manager.services.problems import PROVIDERS as NAMES
from orders import periods
from partners.access import staff_required


@staff_required(permission="ai_manager.view_aiusagelog")
@require_GET
def usage(request):
    period = periods.Period.asked_for(request.GET.get("days", ""))
    attempts = ledger.attempts_since(period.first)
    outcomes = ledger.by_outcome(attempts)
    providers = [
        {"name": NAMES[one.name], "model": one.model(), "is_configured": one.is_configured()}
        for one in PROVIDERS
    ]
    context = {
        "period": period,
        "choices": periods.CHOICES,
        "providers": providers,
        "has_provider": any(one["is_configured"] for one in providers),
        "total": ledger.total(outcomes),
        "outcomes": outcomes,
        "days": ledger.by_partner_and_day(attempts),
        "errors": ledger.last_errors(),
        "waiting": ledger.waiting_cards(),
        "broken": ledger.broken_cards(),
    }
    return render(request, "ai_manager/staff_usage.html", context)

from django.urls import path

from orders.views import analytics, inbox, parcels, partner, ready_answers, staff

app_name = "orders"
base = "partner-dashboard/orders/"
talks = "partner-dashboard/inbox/"
back = "partner-dashboard/returns/"
urlpatterns = [
    path(base, partner.index, name="list"),
    path(base + "ready/", partner.ready_many, name="ready_many"),
    path(base + "export/", partner.export, name="export"),
    path(base + "<int:pk>/", partner.detail, name="detail"),
    path(base + "of/<str:source>/", partner.of_source, name="of_source"),
    path(base + "<int:pk>/ready/", partner.ready, name="ready"),
    path(base + "<int:pk>/cancel/", partner.cancel, name="cancel"),
    path(base + "<int:pk>/label/", partner.label, name="label"),
    path(base + "<int:pk>/lines/<int:line_pk>/link/", partner.link, name="link"),
    path(base + "<int:pk>/codes/", parcels.codes, name="codes"),
    path(talks, inbox.index, name="inbox"),
    path(talks + "answers/", ready_answers.answers, name="answers"),
    path(talks + "answers/<int:pk>/", ready_answers.answer, name="answer"),
    path(talks + "<int:pk>/", inbox.thread, name="thread"),
    path(talks + "<int:pk>/note/", inbox.note, name="thread_note"),
    path(talks + "<int:pk>/assign/", inbox.assign, name="thread_assign"),
    path(talks + "<int:pk>/no-answer/", inbox.dismiss, name="thread_dismiss"),
    path(talks + "<int:pk>/link/", inbox.link, name="thread_link"),
    path(back, parcels.index, name="returns"),
    path(back + "<int:pk>/", parcels.parcel, name="return"),
    path(back + "<int:pk>/decide/", parcels.decide, name="return_decide"),
    path(back + "<int:pk>/items/<int:item_pk>/", parcels.take_in, name="return_take_in"),
    path("partner-dashboard/analytics/", analytics.analytics, name="analytics"),
    path("admin-panel/analytics/", staff.analytics, name="staff_analytics"),
]

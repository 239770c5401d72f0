from django.urls import path

from marketplaces import guard_views, inbound_views, not_told_views, views

app_name = "marketplaces"
base = "partner-dashboard/marketplaces/"
urlpatterns = [
    path(base, views.index, name="list"),
    path(base + "connect/<slug:slug>/", views.connect, name="connect"),
    path(base + "<int:pk>/", views.detail, name="detail"),
    path(base + "<int:pk>/test/", views.test, name="test"),
    path(base + "<int:pk>/key/", views.replace_key, name="replace_key"),
    path(base + "<int:pk>/choose/", views.choose, name="choose"),
    path(base + "<int:pk>/disconnect/", views.disconnect, name="disconnect"),
    path(base + "<int:pk>/sync/", views.sync, name="sync"),
    path(base + "<int:pk>/days/", inbound_views.days, name="days"),
    path(base + "<int:pk>/replay/", inbound_views.replay, name="replay"),
    path(base + "<int:pk>/news/on/", inbound_views.news_on, name="news_on"),
    path(base + "<int:pk>/news/off/", inbound_views.news_off, name="news_off"),
    path(base + "<int:pk>/retry/", views.retry_all, name="retry_all"),
    path(base + "not-told/", not_told_views.index, name="not_told"),
    path(base + "not-told/decide/", not_told_views.decide, name="decide"),
    path(base + "<int:pk>/rehearsal/", guard_views.rehearsal, name="rehearsal"),
    path(base + "intents/<int:pk>/", guard_views.intent, name="intent"),
    path(base + "<int:pk>/cap/", guard_views.cap, name="cap"),
    path(base + "told/<int:pk>/retry/", views.retry, name="retry"),
    path(base + "told/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    # Yandex Market adds the last word itself to the address it was told, with a slash before it.
    path("marketplace-news/<str:token>", inbound_views.news, name="news"),
    path("marketplace-news/<str:token>/notification", inbound_views.news, name="news_yandex"),
]

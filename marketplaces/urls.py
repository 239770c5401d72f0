from django.urls import path

from marketplaces.views import connections, guards, inbound, not_told

app_name = "marketplaces"
base = "partner-dashboard/marketplaces/"
urlpatterns = [
    path(base, connections.index, name="list"),
    path(base + "connect/<slug:slug>/", connections.connect, name="connect"),
    path(base + "<int:pk>/", connections.detail, name="detail"),
    path(base + "<int:pk>/test/", connections.test, name="test"),
    path(base + "<int:pk>/key/", connections.replace_key, name="replace_key"),
    path(base + "<int:pk>/choose/", connections.choose, name="choose"),
    path(base + "<int:pk>/disconnect/", connections.disconnect, name="disconnect"),
    path(base + "<int:pk>/sync/", connections.sync, name="sync"),
    path(base + "<int:pk>/days/", inbound.days, name="days"),
    path(base + "<int:pk>/replay/", inbound.replay, name="replay"),
    path(base + "<int:pk>/news/on/", inbound.news_on, name="news_on"),
    path(base + "<int:pk>/news/off/", inbound.news_off, name="news_off"),
    path(base + "<int:pk>/retry/", connections.retry_all, name="retry_all"),
    path(base + "not-told/", not_told.index, name="not_told"),
    path(base + "not-told/decide/", not_told.decide, name="decide"),
    path(base + "<int:pk>/rehearsal/", guards.rehearsal, name="rehearsal"),
    path(base + "intents/<int:pk>/", guards.intent, name="intent"),
    path(base + "<int:pk>/cap/", guards.cap, name="cap"),
    path(base + "told/<int:pk>/retry/", connections.retry, name="retry"),
    path(base + "told/<int:pk>/dismiss/", connections.dismiss, name="dismiss"),
    # Yandex Market adds the last word itself to the address it was told, with a slash before it.
    path("marketplace-news/<str:token>", inbound.news, name="news"),
    path("marketplace-news/<str:token>/notification", inbound.news, name="news_yandex"),
]

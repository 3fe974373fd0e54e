"""Staff pages under /messages/."""

from django.urls import path

from clinic.messaging.web import inbox, outbox, rules, texts, timeline

app_name = "messaging"
urlpatterns = [
    path("", outbox.outbox, name="outbox"),
    path("<int:pk>/", outbox.message, name="message"),
    path("<int:pk>/retry/", outbox.retry, name="retry"),
    path("<int:pk>/handled/", outbox.handled, name="handled"),
    path("<int:pk>/call/", outbox.call, name="call"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/read/", inbox.read, name="inbox-read"),
    path("patients/<int:pk>/timeline/", timeline.timeline, name="timeline"),
    path("patients/<int:pk>/choice/", timeline.change_choice, name="choice"),
    path("heartbeat/", timeline.heartbeat_banner, name="heartbeat"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:code>/", rules.switch, name="rule-switch"),
    path("texts/", texts.texts, name="texts"),
    path("texts/<slug:kind>/<slug:channel>/<slug:language>/", texts.text, name="text"),
    path(
        "texts/<slug:kind>/<slug:channel>/<slug:language>/preview/", texts.text_preview, name="text-preview"
    ),
    path(
        "texts/<slug:kind>/<slug:channel>/<slug:language>/shipped/", texts.text_shipped, name="text-shipped"
    ),
]

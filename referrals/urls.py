from django.urls import path

from referrals import views

app_name = "referrals"
urlpatterns = [
    path("partner-dashboard/referrals/", views.overview, name="overview"),
]

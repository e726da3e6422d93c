"""Included by config/urls.py in trial mode only."""

from django.urls import path

from config.trial.views import mailbox

app_name = "trial"
urlpatterns = [path("mailbox/", mailbox, name="mailbox")]

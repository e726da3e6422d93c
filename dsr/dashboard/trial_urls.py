"""Included in trial mode only."""

from django.urls import path

from dsr.dashboard.views.mailbox import trial_mailbox

app_name = "trial"
urlpatterns = [path("mailbox/", trial_mailbox, name="mailbox")]

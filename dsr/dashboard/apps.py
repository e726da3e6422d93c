from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dsr.dashboard"
    label = "dashboard"
    verbose_name = "Staff pages"

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "dsr.requests"
    label = "requests"
    verbose_name = "Requests"

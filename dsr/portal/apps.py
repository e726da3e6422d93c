from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "dsr.portal"
    label = "portal"
    verbose_name = "Requesters' pages"

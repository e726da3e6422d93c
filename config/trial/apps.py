from django.apps import AppConfig


class TrialConfig(AppConfig):
    name = "config.trial"
    label = "trial"
    verbose_name = "Trial"

from django.apps import AppConfig


class FrontDoorConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "Front door"

    def ready(self) -> None:
        # Tasks declared with `shared_task` belong to the Celery app that exists when they are sent.
        from config import celery, checks  # noqa: F401

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "atdemain.notifications"
    verbose_name = "Notifications"

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "atdemain.notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from atdemain.journal.retention import register
        from atdemain.notifications.retention import KIND
        from atdemain.notifications.rights import tell_right_given
        from atdemain.organisation import rights

        register(KIND)
        if tell_right_given not in rights.listeners:
            rights.listeners.append(tell_right_given)

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "atdemain.jobs"
    verbose_name = "Traitements"

    def ready(self) -> None:
        from atdemain.jobs import background, queue, retention
        from atdemain.journal.retention import register

        for work in queue.BACKGROUNDS:
            background.register(work)
        for kind in retention.KINDS:
            register(kind)

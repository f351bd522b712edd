from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "recognition"
    verbose_name = "Reconnaissance"

    def ready(self) -> None:
        """Recognition plugs into the tables of the apps below; each theme registers what is its own.

        In this order the demonstration is made: who takes part and what they do, the versions, what these pay, then
        what another version would have paid.
        """
        from cases import hooks
        from recognition import menu
        from recognition.campaigns import listening as campaigns
        from recognition.mentoring import listening as mentoring
        from recognition.participation import listening as participation
        from recognition.scheme import listening as scheme
        from recognition.simulation import listening as simulation
        from recognition.suggestions import listening as suggestions
        from recognition.surveys import listening as surveys

        if menu.groups not in hooks.menus:
            hooks.menus.append(menu.groups)
        for theme in (participation, mentoring, suggestions, surveys, scheme, campaigns, simulation):
            theme.register(self)

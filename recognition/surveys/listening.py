"""What surveys plug into the apps below: called once, when the apps are ready; a second call changes nothing."""

from __future__ import annotations

import re

from django.apps import AppConfig

from atdemain.pages import request_log
from cases import hooks
from recognition.surveys import demo, launching

#: Neither the page of answering nor the answer leaves a line in the server's log.
ANSWERING = re.compile(r"/surveys/\d+/answer/\Z")


def register(app: AppConfig) -> None:
    if ANSWERING not in request_log.UNSAID:
        request_log.UNSAID.append(ANSWERING)
    hooks.listen("demo_lived", demo.on_lived)
    if launching.close_due not in hooks.rounds:
        hooks.rounds.append(launching.close_due)

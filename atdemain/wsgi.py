"""The web application; everything is loaded before the first request, which then costs no more than the next."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from atdemain.memory import settle, with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atdemain.settings")
application = with_room(get_wsgi_application())
resolve("/healthz/live")  # loads every address and its views
settle()

"""The web application; everything is loaded before the first request, which then costs no more than the next."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atdemain.settings")
application = get_wsgi_application()
resolve("/healthz/live")  # loads every address and its views
gc.collect()
gc.freeze()  # what is loaded stays: no later collection walks through it

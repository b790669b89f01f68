"""The entry point of the web server: ``gunicorn -k uvicorn_worker.UvicornWorker``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()

"""A Django site whose article takes comments; it runs until it is ended.

FOLDER holds its database, its mails and `notes`. XTD=1 is django-comments-xtd, which asks for a click in a mail if CONFIRM=1.
REGISTER=1 registers a `ReaderModerator` instead of `connect`.
"""

import json
import os
from pathlib import Path

import django
from django.conf import settings

FOLDER, PORT, XTD = Path(os.environ["FOLDER"]), int(os.environ["PORT"]), "XTD" in os.environ
PAGE = """{% load comments %}<html lang="fr"><body>{% render_comment_form for article %}
{% render_comment_list for article %}</body></html>"""
LOGIN = '<form method="post">{% csrf_token %}{{ form }}</form>'

settings.configure(
    SECRET_KEY="of-the-tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SITE_ID=1,
    LOGIN_REDIRECT_URL="/",
    LANGUAGE_CODE="fr",
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "site.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django.contrib.sites",
        *(["rest_framework", "django_comments_xtd"] if XTD else []),
        "django_comments",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"base.html": "{% block content %}{% endblock %}", "registration/login.html": LOGIN},
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
    EMAIL_FILE_PATH=FOLDER / "mails",
    COMMENTS_APP="django_comments_xtd" if XTD else "django_comments",
    COMMENTS_XTD_CONFIRM_EMAIL="CONFIRM" in os.environ,
    COMMENTS_XTD_SEND_HTML_EMAIL=False,
    COMMENTS_XTD_THREADED_EMAILS=False,
    COMMENTS_XTD_MAX_THREAD_LEVEL=5,
    COMMENTS_XTD_APP_MODEL_OPTIONS={"default": {"allow_flagging": True, "who_can_post": "all"}},
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["console"], "level": "INFO"},
    },
    MODERATION=json.loads(os.environ["MODERATION"]),
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import run  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from django_comments.signals import comment_was_flagged, comment_was_posted  # noqa: E402

from moderation.hooks.django import ReaderModerator, comment_decided, connect, keep_feedback  # noqa: E402


def article(request):
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"article": Site.objects.get_current()}, request))


def note(sender, comment, outcome=None, request=None, **rest):
    """Write what a moderator is told, at the decision and when the comment is saved."""
    outcome = outcome or request.moderation
    line = {"id": comment._get_pk_val(), "action": outcome.action, "note": outcome.note}
    with (FOLDER / "notes").open("a", encoding="utf-8") as notes:
        notes.write(json.dumps(line) + "\n")


comments = "django_comments_xtd.urls" if XTD else "django_comments.urls"
urlpatterns = [
    path("", article),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("comments/", include(comments)),
]
Site.get_absolute_url = lambda site: "/"
if "REGISTER" in os.environ and XTD:
    from django_comments_xtd.moderation import XtdCommentModerator, moderator

    class Readers(ReaderModerator, XtdCommentModerator):
        removal_suggestion_notification = True

    moderator.register(Site, Readers)
    comment_was_flagged.connect(keep_feedback)
elif "REGISTER" in os.environ:
    from django_comments.moderation import moderator

    moderator.register(Site, ReaderModerator)
    comment_was_flagged.connect(keep_feedback)
else:
    connect()
comment_decided.connect(note)
if not XTD:
    comment_was_posted.connect(note)

call_command("migrate", verbosity=0)
User.objects.create_superuser("chef", "chef@journal.example", "secret")
User.objects.create_user("awa", "awa@lecteurs.example", "secret")
Site.objects.update(domain=f"127.0.0.1:{PORT}")
run("127.0.0.1", PORT, get_wsgi_application(), threading=True)

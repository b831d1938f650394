"""django-oauth-toolkit with Django on SQLite, as its documentation shows: a view behind ``protected_resource``.

It is loaded by the server that this product is served by. ``DJANGO_TOOLKIT_DB`` names the database; ``fill`` makes it.
"""

# mypy: ignore-errors
# Written as the documentation shows, for an environment of its own, whose packages are not installed here.

import os
from datetime import timedelta

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of no use: nothing here is signed with it",
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DJANGO_TOOLKIT_DB"],
            "CONN_MAX_AGE": None,
        }
    },
    OAUTH2_PROVIDER={"SCOPES": {"profile": "Read the profile"}},
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  # only once it is set up
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import get_access_token_model, get_application_model  # noqa: E402

_PROFILE = {
    "birthdate": "1991-06-17",
    "phone_number": "+61 491 570 156",
    "address": "14 Barkly Street, Brunswick 3056 VIC",
}


@protected_resource(scopes=["profile"])
def profile(request):
    """Five values; three of them are constants here, which spares it a table."""
    owner = request.resource_owner
    return JsonResponse({"name": owner.first_name, "email": owner.email, **_PROFILE})


urlpatterns = [path("profile", profile)]
app = get_wsgi_application()


def fill(people):
    """A client, and people with a token each, ``token-0`` and so on."""
    call_command("migrate", verbosity=0)
    application = get_application_model().objects.create(
        name="shop", client_type="confidential", authorization_grant_type="authorization-code"
    )
    for number in range(people):
        user = get_user_model().objects.create(
            username=f"person-{number}", first_name="Mia Tran", email=f"person-{number}@people.example"
        )
        get_access_token_model().objects.create(
            user=user,
            token=f"token-{number}",
            application=application,
            scope="profile",
            expires=timezone.now() + timedelta(hours=2),
        )

"""Authlib's authorization and resource server for Flask, with Flask-SQLAlchemy on SQLite, as its documentation shows.

It is loaded by the server that this product is served by. ``AUTHLIB_EXAMPLE_DB`` names the database; ``fill`` makes
it. Client authentication is by a shared secret.
"""

# mypy: ignore-errors
# Written as the documentation shows, for an environment of its own, whose packages are not installed here.

import os
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.integrations.sqla_oauth2 import (
    OAuth2ClientMixin,
    OAuth2TokenMixin,
    create_bearer_token_validator,
    create_query_client_func,
    create_save_token_func,
)
from authlib.oauth2.rfc6749 import grants
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
CLIENT, SECRET = "shop", "a-secret-of-the-shop-that-is-long-enough"
MEMBERS = ("name", "birthdate", "email", "phone_number", "address")


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(120))
    birthdate = db.Column(db.String(10))
    email = db.Column(db.String(120))
    phone_number = db.Column(db.String(40))
    address = db.Column(db.String(400))

    def get_user_id(self):
        return self.id


class Client(db.Model, OAuth2ClientMixin):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id", ondelete="CASCADE"))
    user = db.relationship("User")


class Token(db.Model, OAuth2TokenMixin):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id", ondelete="CASCADE"))
    user = db.relationship("User")


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]


require_oauth = ResourceProtector()


def app():
    """The application."""
    made = Flask(__name__)
    made.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['AUTHLIB_EXAMPLE_DB']}"
    db.init_app(made)
    server = AuthorizationServer(
        made,
        query_client=create_query_client_func(db.session, Client),
        save_token=create_save_token_func(db.session, Token),
    )
    server.register_grant(ClientCredentials)
    require_oauth.register_token_validator(create_bearer_token_validator(db.session, Token)())

    @made.get("/profile")
    @require_oauth("profile")
    def profile():
        user = current_token.user
        return jsonify(id=user.id, **{member: getattr(user, member) for member in MEMBERS})

    @made.post("/oauth/token")
    def token():
        return server.create_token_response()

    return made


def fill(people):
    """A client, and people with a token each, ``token-0`` and so on."""
    with app().app_context():
        db.create_all()
        client = Client(client_id=CLIENT, client_secret=SECRET, client_id_issued_at=int(time.time()))
        client.set_client_metadata(
            {
                "grant_types": ["client_credentials"],
                "scope": "profile",
                "token_endpoint_auth_method": "client_secret_basic",
            }
        )
        db.session.add(client)
        for number in range(people):
            user = User(
                name="Mia Tran",
                birthdate="1991-06-17",
                email=f"person-{number}@people.example",
                phone_number="+61 491 570 156",
                address="14 Barkly Street, Brunswick 3056 VIC",
            )
            db.session.add(user)
            db.session.flush()
            db.session.add(
                Token(
                    client_id=CLIENT,
                    user_id=user.id,
                    token_type="Bearer",
                    access_token=f"token-{number}",
                    scope="profile",
                    issued_at=int(time.time()),
                    expires_in=7200,
                )
            )
        db.session.commit()

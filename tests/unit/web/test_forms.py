"""What a person filled in."""

from flask import Flask
from marshmallow import Schema, fields, validate

from vrm.errors import Invalid
from vrm.web.forms import filled


class SignIn(Schema):
    email = fields.String(required=True, validate=validate.Email(error="Write the whole address."))
    password = fields.String(required=True)


def read(app: Flask, **sent):
    with app.test_request_context("/", method="POST", data=sent):
        return filled(SignIn())


def test_a_good_form_has_data(app):
    """Data is parsed and trimmed, but a password is taken as it was typed."""
    form = read(app, email=" mia@post.example ", password=" x ", csrf="y")
    assert form.data == {"email": "mia@post.example", "password": " x "}
    assert form.errors == {}


def test_a_wrong_form_can_be_shown_again(app):
    """What is wrong stands beside its field; what was typed comes back, never a password."""
    form = read(app, email="mia", password="x")
    assert form.errors == {"email": "Write the whole address."}
    assert form.values == {"email": "mia"}


def test_a_rooms_fault_stands_at_its_field(app):
    """A fault from a room joins the form at the field it names."""
    with app.test_request_context("/"):
        form = read(app, email="mia@post.example", password="x").with_fault(
            Invalid("Too short.", field="password")
        )
        assert form.errors == {"password": "Too short."}

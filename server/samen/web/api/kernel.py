"""What every endpoint shares: strict parsing, one shape of error, and how both are described."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

import marshmallow as ma
from flask import Flask, Request
from flask_babel import gettext as _
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser

from samen.domain.interval import Interval
from samen.web.api.schemas import ProblemSchema
from samen.web.faults import in_words
from samen.web.policy import Policy, declared_by
from samen.web.problems import PROBLEM, Problem

PREFIX = "/api/v1"
TWICE = "Given more than once."
View = TypeVar("View", bound=Callable[..., Any])
DESCRIPTION = (
    "Bookings, energy and devices of a shared building. Times are RFC 3339 with an offset; spans are "
    "half-open; errors are problem+json (RFC 9457). A POST with an `Idempotency-Key` holds for a day."
)
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Repeats of the request with the same key get the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


class StrictParser(FlaskParser):
    """What is not understood is refused: unknown or repeated fields in the body or the query, broken JSON."""

    DEFAULT_VALIDATION_STATUS = 422
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": ma.RAISE}  # noqa: RUF012

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401
        """The body; `missing` where there is none. One of another kind is refused, and not overlooked."""
        raw = req.get_data(cache=True)
        if not raw:
            return ma.missing
        if not req.is_json:
            raise unreadable({"json": {"_schema": ["Not JSON: send it as application/json."]}})
        return loads(raw)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ANN401
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise unreadable({"query": {name: [TWICE] for name in twice}})
        return super().load_querystring(req, schema)


def loads(raw: bytes) -> Any:  # noqa: ANN401
    """JSON as RFC 8259 has it: no NaN, no name twice in an object. Raises the 422 problem."""
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_no_number)
    except RecursionError as error:
        raise unreadable({"json": {"_schema": ["Nested too deeply."]}}) from error
    # Not only what JSON is not: a number of thousands of digits is a ValueError too.
    except ValueError as error:
        raise unreadable({"json": {"_schema": ["Invalid JSON body."]}}) from error


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if twice := [name for name, count in Counter(name for name, _value in pairs).items() if count > 1]:
        raise unreadable({"json": {name: [TWICE] for name in twice}})
    return dict(pairs)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


class SpecBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments are parsed strictly; its decorators keep a view's type.

    What every endpoint shares is described once, here: who may not come in, and a POST's key.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(name, import_name, description=description)
        self._prepare_doc_cbks.append(_with_what_all_share)

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        register: Callable[[View], View] = super().route(rule, **options)

        def decorate(view: View) -> View:
            # Where its description is made, nothing but this is left of the view.
            view._apidoc["policy"] = declared_by(view)  # type: ignore[attr-defined]
            return register(view)

        return decorate

    def arguments(self, schema: type[ma.Schema], **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().arguments(schema, **options)
        return decorate

    def doc(self, **described: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().doc(**described)
        return decorate

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().response(status, schema, **options)
        return decorate

    def alt_response(self, status: int, *names: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().alt_response(status, *names, **options)
        return decorate


def _with_what_all_share(
    doc: dict[str, Any], info: Mapping[str, Any], *, method: str, **_more: object
) -> dict[str, Any]:
    policy: Policy | None = info["policy"]
    doc["responses"]["401"] = "UNAUTHORIZED"
    if policy is not None and policy.closes_out:
        doc["responses"]["403"] = "FORBIDDEN"
    if method == "post":
        doc["parameters"] = [*doc.get("parameters", []), IDEMPOTENCY_KEY]
        doc["responses"].setdefault("422", "UNPROCESSABLE_ENTITY")
    return doc


class SamenApi(Api):  # type: ignore[misc]
    """Leaves errors to `web.problems`, and describes them."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, spec_kwargs={"info": {"description": DESCRIPTION}})
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
        self.spec.options["security"] = [{"token": []}]

    def _register_error_handlers(self) -> None:
        """None of its own."""

    def _register_responses(self) -> None:
        content = {PROBLEM: {"schema": ProblemSchema}}
        names = {status.name: status.phrase for status in HTTPStatus} | {"DEFAULT_ERROR": "A problem"}
        for name, phrase in names.items():
            self.spec.components.response(name, {"description": phrase, "content": content}, lazy=True)


def unreadable(errors: Mapping[str, Any]) -> Problem:
    """The 422 for what cannot be understood; `errors` says what, by place and field."""
    detail = _("Something in the request is missing or wrong.")
    return Problem(422, "unprocessable-content", detail, errors=in_words(errors))


def span(start: datetime, end: datetime, ends_in: tuple[str, str] = ("json", "end")) -> Interval:
    """The interval between two instants. Raises the 422 problem, at the end's place and field, when empty."""
    if start >= end:
        place, field = ends_in
        raise unreadable({place: {field: ["Must come after the start."]}})
    return Interval(start.astimezone(UTC), end.astimezone(UTC))

"""What every endpoint shares: strict parsing, one shape of error, and how both are described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

import marshmallow as ma
from flask import Flask, Request
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser

from samen.domain.interval import Interval
from samen.web.api.schemas import ProblemSchema
from samen.web.problems import PROBLEM, Problem

PREFIX = "/api/v1"
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
    """What is not understood is refused: unknown fields in the body or the query, and broken JSON."""

    DEFAULT_VALIDATION_STATUS = 422
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": ma.RAISE}  # noqa: RUF012

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401
        try:
            return super()._raw_load_json(req)
        except RecursionError as error:
            raise unreadable({"json": {"_schema": ["Nested too deeply."]}}) from error

    def _handle_invalid_json_error(self, error: Exception, *_args: object, **_more: object) -> NoReturn:
        raise unreadable({"json": {"_schema": ["Invalid JSON body."]}}) from error


class SpecBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose arguments are parsed strictly; its decorators keep a view's type."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().route(rule, **options)
        return decorate

    def arguments(self, schema: type[ma.Schema], **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().arguments(schema, **options)
        return decorate

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().response(status, schema, **options)
        return decorate

    def alt_response(self, status: int, *names: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401
        decorate: Callable[[View], View] = super().alt_response(status, *names, **options)
        return decorate


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
    return Problem(
        422, "unprocessable-content", "Something in the request is missing or wrong.", errors=errors
    )


def span(start: datetime, end: datetime, ends_in: tuple[str, str] = ("json", "end")) -> Interval:
    """The interval between two instants. Raises the 422 problem, at the end's place and field, when empty."""
    if start >= end:
        place, field = ends_in
        raise unreadable({place: {field: ["Must come after the start."]}})
    return Interval(start.astimezone(UTC), end.astimezone(UTC))

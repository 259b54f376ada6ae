"""Who writes a name that is none is told which there are."""

from typing import Any, Literal

import pytest
from litestar import Litestar, post
from litestar.exceptions import HTTPException
from litestar.params import JSONBody
from litestar.testing import TestClient
from msgspec import Struct, ValidationError, json

from interface.api.options import OPTIONS_MAX, options
from interface.api.problem_handlers import of_http
from interface.api.problems import invalid_body


class Step(Struct):
    """A step of the tests."""

    does: Literal["refund", "resend"]
    payer: Literal["shop"] | None = None


class Asked(Struct):
    """A body of the tests."""

    steps: tuple[Step, ...] = ()
    by: dict[str, Literal["rail", "road"]] = {}


def told(raw: bytes) -> tuple[str, str]:
    with pytest.raises(ValidationError) as error:
        json.decode(raw, type=Asked)
    (found,) = invalid_body(error.value, Asked).errors
    return found.field, found.message


def test_a_name_that_is_none_is_answered_with_those_there_are() -> None:
    field, message = told(b'{"steps": [{"does": "sing"}]}')
    assert field == "steps[0].does"
    assert message.endswith("it may be refund, resend")


def test_what_is_optional_and_what_is_mapped_says_its_names_too() -> None:
    _, message = told(b'{"steps": [{"does": "refund", "payer": "me"}]}')
    assert message.endswith("it may be shop")
    _, message = told(b'{"by": {"us": "sea"}}')
    assert message.endswith("it may be rail, road")


def test_what_is_no_name_is_said_as_before() -> None:
    assert told(b'{"steps": 5}')[1] == "Expected `array`, got `int`"


def test_more_names_than_a_sentence_holds_are_left_out() -> None:
    names = tuple(f"n{number}" for number in range(OPTIONS_MAX + 1))
    many: Any = Literal.__getitem__(names)
    assert options(many, "") == ()
    assert options(Literal["a", "b"], "") == ("a", "b")


def test_the_door_reads_a_body_and_says_them_as_well() -> None:
    @post("/", sync_to_thread=False)
    def door(data: JSONBody[Asked]) -> None:
        assert data

    app = Litestar([door], exception_handlers={HTTPException: of_http})
    with TestClient(app) as client:
        answer = client.post("/", json={"steps": [{"does": "sing"}]})
    (found,) = answer.json()["errors"]
    assert found["field"] == "steps[0].does"
    assert found["message"].endswith("it may be refund, resend")

"""The `--at` of many verbs."""

from __future__ import annotations

from typing import Any, cast

import click

from guotu.cli.usage import Misused
from guotu.model.time import AsOf, parse_as_of


class Moment(click.ParamType[AsOf]):
    """A date or a version."""

    name = "DATE|VERSION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AsOf:  # noqa: ARG002
        if not isinstance(value, str):
            return cast(AsOf, value)
        try:
            return parse_as_of(
                value.partition("#")[0]
            )  # `guotu history` shows versions with the head of their hash
        except ValueError:
            raise Misused(
                f"“{value}”不是时点，应为日期 YYYY-MM-DD 或版本 1.42",
                f"{value!r} is no moment; give a date YYYY-MM-DD or a version 1.42",
            ) from None


MOMENT = Moment()

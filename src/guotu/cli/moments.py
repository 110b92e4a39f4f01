"""The `--at` of many verbs."""

from __future__ import annotations

from typing import Any, cast

import click

from guotu.model.time import AsOf, parse_as_of


class Moment(click.ParamType[AsOf]):
    """A date or a version."""

    name = "DATE|VERSION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AsOf:
        if not isinstance(value, str):
            return cast(AsOf, value)
        try:
            return parse_as_of(value)
        except ValueError:
            self.fail(f"{value!r}: YYYY-MM-DD | epoch.seq", param, ctx)


MOMENT = Moment()

"""How it speaks: HTTP, one module per resource, one error table, one place that turns a request into an access plan."""

from guotu.serve.app import create_app

__all__ = ["create_app"]

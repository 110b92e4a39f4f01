"""How it speaks: HTTP, one module per protocol."""

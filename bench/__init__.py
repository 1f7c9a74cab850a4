"""Measurements on a whole running centre: `make bench`, or `python -m bench --only orders --quick`.

Nothing here is a test: a slow machine makes a number worse, it never makes a check fail. Every story is one module with one function
`measure(ground)` that yields figures; bench/__main__.py lists them.
"""

"""One file per page; each ends in `PAGE = Page(path=..., title=..., layout=..., register=...)`, and `ui.app` finds it."""

"""The HTTP API: under /api on the page's port, and as a server of its own (`python -m model.server`).

`application` puts it together; the files that end in _routes hold what can be asked, the others how it is answered.
"""

"""Read by gunicorn from the folder that it is started in."""

#: The most that it takes. Its default (4,094) is under the API's own bound, whose answer (414) nobody would then see.
limit_request_line = 8190

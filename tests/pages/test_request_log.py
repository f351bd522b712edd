"""What the server's log says of a request."""

import pytest
import structlog

from atdemain.pages.request_log import RequestLog


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("/search?q=Moreau+0199004127", "GET /search"),
        ("/cases/ATD-2026-000001/", "GET /cases/ATD-2026-000001/"),
        ("/accounts/password/reset/key/1-c0ffee-secret/", "GET /accounts/password/reset/key/…"),
    ],
)
def test_request_log_names_the_page_and_nothing_that_was_typed(rf, asked, written):
    assert RequestLog.format_request(rf.get(asked)) == written


@pytest.mark.django_db
def test_a_search_leaves_no_name_in_the_log(client):
    with structlog.testing.capture_logs() as lines:
        client.get("/search", {"q": "Moreau"})
    assert [line["event"] for line in lines] == ["request_started", "request_finished"]
    assert "Moreau" not in str(lines)

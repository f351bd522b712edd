"""Why an action is refused: shown under the button and in the API's body. Pure."""

from typing import NamedTuple


class Reason(NamedTuple):
    """A stable code, a French sentence that says what to do, the field it is about if any."""

    code: str
    text: str
    field: str = ""

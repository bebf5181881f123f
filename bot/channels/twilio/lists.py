"""The ten list-picker templates that WhatsApp's buttons need, made by the Content API.

A list picker takes no approval, and goes out within 24 hours of the person's last message only:
https://www.twilio.com/docs/content/twiliolist-picker. Variables are numbered and have samples:
https://www.twilio.com/docs/content/using-variables-with-content-api
"""

from __future__ import annotations

from typing import Any

from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.rest.content.v1.content import ContentList  # type: ignore[import-untyped]

from bot.channels.twilio.sending import understood
from bot.channels.twilio.writing import MOST_ITEMS, item_variables

PREFIX = "handrail_list_"


def create_lists(api: Client) -> dict[int, str]:
    """ContentSids by number of items; those that exist by name are kept. Raises SendProblem."""
    with understood():
        found = {each.friendly_name: each.sid for each in api.content.v1.contents.stream()}
    return {
        items: found.get(f"{PREFIX}{items}") or _created(api, items)
        for items in range(1, MOST_ITEMS + 1)
    }


def template(items: int) -> dict[str, Any]:
    """The body of the request: everything that is shown is a variable."""
    names = [item_variables(place) for place in range(1, items + 1)]
    samples = {"1": "Text", "2": "Choose"}
    for place, (item, identity, about) in enumerate(names, start=1):
        samples |= {item: f"Choice {place}", identity: f"choice_{place}", about: str(place)}
    picker = {
        "body": "{{1}}",
        "button": "{{2}}",
        "items": [
            {
                "item": f"{{{{{item}}}}}",
                "id": f"{{{{{identity}}}}}",
                "description": f"{{{{{about}}}}}",
            }
            for item, identity, about in names
        ],
    }
    return {
        "friendly_name": f"{PREFIX}{items}",
        "language": "en",
        "variables": samples,
        "types": {"twilio/list-picker": picker},
    }


def _created(api: Client, items: int) -> str:
    with understood():
        made = api.content.v1.contents.create(ContentList.ContentCreateRequest(template(items)))
        if not isinstance(made.sid, str):
            raise TypeError
    return made.sid

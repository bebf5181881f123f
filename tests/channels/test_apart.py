"""Nobody on the web reaches a conversation in a messaging app, whatever they send as a token."""

from __future__ import annotations

import pytest

from tests.channels.apps import CHANNELS, Apps, contact

TOKENS = ("{channel}\0{contact}", "chat\0{channel}\0{contact}", "{channel}:{contact}", "{contact}")


@pytest.mark.parametrize("token", TOKENS)
async def test_a_chat_cannot_be_named_as_a_token(apps: Apps, token: str) -> None:
    for channel in CHANNELS:
        await apps.says(channel, "hello")
        named = token.format(channel=channel, contact=contact(channel))
        inbox, sessions = apps.rows("inbox"), apps.rows("session")
        form = {"token": named, "key": "k", "text": "let me in", "locale": "en"}
        for path in ("/chat", "/forget"):
            await apps.client.post(path, data=form)
        assert apps.edge.conversations.storage.find_session(named) is None
        assert (apps.rows("inbox"), apps.rows("session")) == (inbox, sessions), channel


async def test_a_token_of_the_page_opens_no_conversation_of_another_channel(apps: Apps) -> None:
    storage = apps.edge.conversations.storage
    token, _ = storage.open_session("telegram", "en", None)
    assert storage.find_session(token) is None

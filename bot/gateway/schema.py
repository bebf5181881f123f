"""The web API's bodies, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.content.render import Card, Progress, is_none
from bot.gateway.replies import OutgoingMessage, Reply


class StartRequest(BaseModel):
    """Both may be absent. `country` is an ISO 3166 code; of `locale` the language counts."""

    model_config = ConfigDict(extra="ignore")
    locale: str | None = None
    country: str | None = Field(None, pattern="^[A-Za-z]{2}$")


class ButtonBody(BaseModel):
    label: str
    token: str


class MessageBody(BaseModel):
    """One bubble; `edition` says which vetted text it is, `progress` which step of its plan."""

    id: str
    script: str
    edition: str
    locale: str
    says: list[str]
    text: str
    buttons: list[ButtonBody]
    resources: list[Card]
    progress: Progress | None = Field(None, exclude_if=is_none)

    @classmethod
    def of(cls, outgoing: OutgoingMessage) -> MessageBody:
        fields: dict[str, Any] = outgoing.message.model_dump(exclude={"buttons"})
        buttons = [ButtonBody(label=b.label, token=b.token) for b in outgoing.buttons]
        return cls(buttons=buttons, **fields)


class StartResponse(BaseModel):
    """`expires_in` in seconds."""

    token: str
    messages: list[MessageBody]
    expires_in: int


class SendResponse(BaseModel):
    messages: list[MessageBody]
    crisis: bool

    @classmethod
    def of(cls, reply: Reply) -> SendResponse:
        return cls(messages=[MessageBody.of(m) for m in reply.messages], crisis=reply.crisis)


class HelpResponse(BaseModel):
    messages: list[MessageBody]


class ProblemResponse(BaseModel):
    """RFC 9457, with a scripted message that a person can read."""

    type: str = "about:blank"
    title: str
    status: int
    messages: list[MessageBody]

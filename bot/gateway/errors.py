"""What can go wrong with a request, named for the fact; each has a script for a person."""

from __future__ import annotations


class RequestProblem(Exception):
    """Base: `status` for HTTP, `title` for a developer, `script` for a person."""

    status = 400
    title = "The request is not valid."
    script = "utter_problem_bad_request"


class KeyMissing(RequestProblem):
    title = "The Idempotency-Key header is missing."


class KeyReused(RequestProblem):
    status = 422
    title = "This Idempotency-Key was used with another body."


class BodyInvalid(RequestProblem):
    status = 422
    title = 'The body must be {"text": "..."} or {"button": "..."}.'


class ResourceUnknown(RequestProblem):
    status = 422
    title = 'The body must be {"resource": id}, a helper of the directory.'


class BodyTooLarge(RequestProblem):
    status = 413
    title = "The body is too large."
    script = "utter_too_long"


class TokenUnknown(RequestProblem):
    status = 401
    title = "The token is unknown or its conversation has ended."
    script = "utter_problem_expired"


class ButtonForged(RequestProblem):
    title = "The button does not belong to this conversation."


class ChannelClosed(RequestProblem):
    """A webhook that nobody set up: nothing that is sent there is read."""

    status = 403
    title = "This channel is not set up."


class StorageDown(RequestProblem):
    """Nothing was accepted; the person gets the card and may try again."""

    status = 503
    title = "The message could not be stored; it was not accepted."
    script = "utter_problem_busy"

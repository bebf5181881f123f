"""What is no passkey's answer is refused calmly: no error of ours, nothing changed."""

from __future__ import annotations

import json

import pytest

from tests.console.authenticator import Authenticator, asked, sent, with_key

DEEP = "[" * 100_000
NONSENSE = ("", "null", "[]", "{}", "5", '"x"', "{", DEEP, '{"response": 5}', '{"response": {}}',
            '{"response": {"clientDataJSON": 5}}', '{"response": {"clientDataJSON": "AAAA"}}',
            '{"response": {"clientDataJSON": "%%%"}}')  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_calmly(quick, answer):
    client = quick.browser()
    assert sent(client, "/passkeys/use", "/", answer=answer).status_code == 409
    mine = quick.sign_in("ana")
    page = "/account/codes"
    assert sent(mine, "/passkeys/new", page, answer=answer).status_code == 409
    assert sent(mine, "/confirm/passkey", "/confirm", answer=answer).status_code == 409


CUT = ("clientDataJSON", "authenticatorData", "signature", "attestationObject")


@pytest.mark.parametrize("what", ["5", "[]", '""', '"AAAA"', '"oWNmbXQ"', "null", None])
@pytest.mark.parametrize("part", CUT)
def test_an_answer_with_a_broken_part_is_refused_calmly(quick, part, what):
    phone, client = with_key(quick), quick.sign_in("ana")
    if part == "attestationObject":
        wanted = asked(client, "/passkeys/new/options", "/account/codes")
        answer, path = Authenticator().make(wanted), "/passkeys/new"
    else:
        answer, path = phone.use(asked(client, "/confirm/options", "/confirm")), "/confirm/passkey"
    broken = json.loads(answer)
    if what is None:
        del broken["response"][part]
    else:
        broken["response"][part] = json.loads(what)
    page = "/account/codes"
    assert sent(client, path, page, answer=json.dumps(broken)).status_code == 409

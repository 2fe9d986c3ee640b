"""Signatures are those of Standard Webhooks; the example is its specification's."""

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.errors import BadInput, Refused
from shopkeeper.webhooks.signing import headers, new_secret, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    assert sign(SECRET, id=ID, at=AT, body=BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_is_verified_within_five_minutes() -> None:
    sent = headers([SECRET], id=ID, at=AT, body=BODY)
    assert verify(SECRET, {name.title(): value for name, value in sent.items()}, BODY, now=AT + timedelta(minutes=5)) == ID
    with pytest.raises(Refused, match="five minutes"):
        verify(SECRET, sent, BODY, now=AT + timedelta(minutes=5, seconds=1))


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": str(int(AT.timestamp()) + 1)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "²"},
    ],
)
def test_a_changed_header_does_not_hold(forged: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        verify(SECRET, headers([SECRET], id=ID, at=AT, body=BODY) | forged, BODY, now=AT)
    assert refused.value.status == 401


def test_a_changed_body_and_another_secret_do_not_hold() -> None:
    sent = headers([SECRET], id=ID, at=AT, body=BODY)
    for secret, body in ((SECRET, BODY + b" "), (new_secret(), BODY)):
        with pytest.raises(Refused, match="signature"):
            verify(secret, sent, body, now=AT)


def test_while_a_secret_is_renewed_both_hold() -> None:
    new = new_secret()
    sent = headers([new, SECRET], id=ID, at=AT, body=BODY)
    assert verify(new, sent, BODY, now=AT) == verify(SECRET, sent, BODY, now=AT) == ID


def test_a_secret_that_is_none_is_named() -> None:
    with pytest.raises(BadInput, match="base64"):
        sign("whsec_nonsense!", id=ID, at=AT, body=BODY)

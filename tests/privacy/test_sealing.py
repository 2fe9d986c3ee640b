"""What is sealed is opened with its key, for its row, unchanged, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.domain.shopper import Identity
from shopkeeper.errors import Broken
from shopkeeper.privacy.sealing import new_key, pseudonym, seal, unseal


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40))
def test_what_is_sealed_is_opened_again(content: bytes, row: str) -> None:
    key = new_key()
    sealed = seal(key, content, bound_to=row)
    assert unseal(key, sealed, bound_to=row) == content
    assert len(sealed) == len(content) + 28


@pytest.mark.parametrize("fault", ["key", "row", "bit"])
def test_nothing_opens_with_another_key_for_another_row_or_changed(fault: str) -> None:
    key = new_key()
    sealed = seal(key, b"looked at a teapot", bound_to="e1")
    if fault == "bit":
        sealed = sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:]
    with pytest.raises(Broken):
        unseal(new_key() if fault == "key" else key, sealed, bound_to="e2" if fault == "row" else "e1")


def test_pseudonyms_are_equal_for_equals_under_one_key_only() -> None:
    key, other = b"k" * 32, b"o" * 32
    anna = Identity("user", "anna")
    assert pseudonym(key, anna) == pseudonym(key, Identity("user", "anna"))
    assert len({pseudonym(key, anna), pseudonym(other, anna), pseudonym(key, Identity("visitor", "anna"))}) == 3
    assert "anna" not in pseudonym(key, anna).digest

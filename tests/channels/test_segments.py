"""An SMS is counted as the network sends it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.twilio.segments import GSM_7, UCS_2, Segments, is_gsm_7, segments, smart


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", Segments(GSM_7, 0, 1)),
        ("a" * 160, Segments(GSM_7, 160, 1)),
        ("a" * 161, Segments(GSM_7, 161, 2)),
        ("a" * 306, Segments(GSM_7, 306, 2)),
        ("a" * 307, Segments(GSM_7, 307, 3)),
        ("€" * 80, Segments(GSM_7, 160, 1)),
        ("€" * 81, Segments(GSM_7, 162, 2)),
        ("a" * 152 + "€" * 5, Segments(GSM_7, 162, 2)),
        ("€" * 153, Segments(GSM_7, 306, 3)),  # 76 whole ones fit into each part, not 76.5
        ("á" * 70, Segments(UCS_2, 70, 1)),
        ("á" * 71, Segments(UCS_2, 71, 2)),
        ("á" * 134, Segments(UCS_2, 134, 2)),
        ("á" * 135, Segments(UCS_2, 135, 3)),
        ("🙂" * 35, Segments(UCS_2, 70, 1)),
        ("🙂" * 36, Segments(UCS_2, 72, 2)),
        ("🙂" * 67, Segments(UCS_2, 134, 3)),  # 33 whole ones fit into each part
        ("a" * 66 + "🙂" + "a" * 66, Segments(UCS_2, 134, 3)),
    ],
)
def test_a_text_has_as_many_parts_as_it_needs(text: str, counted: Segments) -> None:
    assert segments(text) == counted


@pytest.mark.parametrize("sign", "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦÆæßÉ!\"#¤%&'Aa0ÄÖÑÜ§¿¡äöñüà^{}\\[~]|€")
def test_a_sign_of_the_gsm_alphabet_stays_in_it(sign: str) -> None:
    assert segments(sign).encoding == GSM_7


@pytest.mark.parametrize("sign", "áíóúÁÍÓÚçêâ`’“—…\t\u00a0🙂я")
def test_another_sign_makes_the_whole_message_ucs_2(sign: str) -> None:
    assert segments("a" * 20 + sign).encoding == UCS_2


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It’s “not” your fault", 'It\'s "not" your fault'),
        ("Wait — don’t pay…", "Wait - don't pay..."),
        ("1\u00a0800\u202f555", "1 800 555"),
        ("a\u200bb\u00adc", "abc"),
        ("n\u0303", "ñ"),
        ("¿Que\u0301 año?", "¿Qué año?"),
        ("Aquí — “así”…", "Aquí — “así”…"),  # UCS-2 anyway: as it was written
        ("🙂 it’s", "🙂 it’s"),
        ("plain", "plain"),
    ],
)
def test_signs_of_typography_are_plain_where_that_keeps_the_alphabet(text: str, plain: str) -> None:
    assert smart(text) == plain


@given(st.text(max_size=700))
def test_a_smart_text_never_needs_more_parts_for_its_alphabet(text: str) -> None:
    made = smart(text)
    assert smart(made) == made
    assert is_gsm_7(made) or not is_gsm_7(text)
    assert segments(made).count >= 1


@given(st.text(max_size=400))
def test_parts_hold_all_units_and_no_more_than_they_can(text: str) -> None:
    found = segments(text)
    single, several = (160, 153) if found.encoding == GSM_7 else (70, 67)
    if found.count == 1:
        assert found.units <= single
    else:
        assert single < found.units <= found.count * several

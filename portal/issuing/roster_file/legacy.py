"""Text of fonts from before Unicode, which no program can tell from bytes: TCVN3 and VNI. Warned of, never converted.

TCVN3 ("NguyÔn V¨n An") puts marks and symbols where letters should be; VNI ("Nguyeãn Vaên An") writes a vowel and then
a second one that stands for the marks. Only what no Vietnamese word can hold is looked for.
"""

from __future__ import annotations

import re

# Latin-1's letters that Vietnamese does not have, and symbols where a letter belongs. Ð (eth) is a common slip for Đ.
LETTERS = "ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþÿ"
SYMBOLS = "¡¢£¤¥¦§¨©ª«¬\u00ad®¯±´µ¶·¸¹»¼½¾"
# A tone that composes with no letter: what Windows-1258 makes of some TCVN3 bytes.
LOOSE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
ODD = re.compile(rf"[^\W\d_][{LETTERS}{SYMBOLS}]|[{LETTERS}{SYMBOLS}][^\W\d_]")
PAIRS = re.compile("[aA][âêáàãùõÂÊÁÀÃÙÕ]|[eE][âáàãùõÂÁÀÃÙÕ]|[oO][âùõÂÙÕ]|[yY][ùõÙÕ]")


def looks_legacy(text: str) -> bool:
    """Whether ``text`` (in NFC, before anything is stripped of it) reads like TCVN3 or VNI."""
    return any(pattern.search(text) for pattern in (ODD, PAIRS, LOOSE))

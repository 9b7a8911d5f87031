"""The language of a page: Vietnamese first, English where the browser or ``?lang=`` asks for it; never both."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Literal

from flask import Request

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
COOKIE = "ndxp_lang"
_LOCALE = Path(__file__).with_name("locale")


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the sentences of a language. The templates are written in Vietnamese, which needs no catalogue."""
    return gettext.translation("console", _LOCALE, [language], fallback=language == "vi")


def choose_language(incoming: Request) -> Language:
    """Return what ``?lang=`` says, else what it said last time, else what the browser prefers."""
    for wish in (incoming.args.get("lang"), incoming.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return "en" if incoming.accept_languages.best_match(LANGUAGES, default="vi") == "en" else "vi"

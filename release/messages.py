"""The console's English: ``python -m release.messages`` finds what is to be translated and compiles the rest."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CONSOLE = Path(__file__).resolve().parents[1] / "emulator" / "console"
SENTENCES = CONSOLE / "locale" / "en" / "LC_MESSAGES" / "console.po"
_METHODS = [("templates/**.html", "jinja2.ext:babel_extract")]
_WHEN = datetime(2026, 11, 29, tzinfo=UTC)  # fixed, so that the same sentences give the same bytes
_TEAM = "ndxp-emulator"


def sentences_of_the_templates() -> list[str]:
    """Return every sentence the templates say, in Vietnamese, once."""
    return sorted({str(message) for _, _, message, _, _ in extract_from_dir(CONSOLE, _METHODS)})


def read_catalogue() -> dict[str, str]:
    """Return the English of each Vietnamese sentence; the empty text where it has none yet."""
    with SENTENCES.open("rb") as source:
        return {str(each.id): str(each.string) for each in read_po(source) if each.id}


def catalogue_of(sentences: dict[str, str]) -> Catalog:
    """Return sentences as a gettext catalogue whose bytes depend on them alone."""
    catalogue = Catalog(
        locale="en",
        project=_TEAM,
        version="1",
        creation_date=_WHEN,
        revision_date=_WHEN,
        last_translator=_TEAM,
        language_team=_TEAM,
        msgid_bugs_address=_TEAM,
        header_comment="# English sentences of the console, whose templates speak Vietnamese.",
        fuzzy=False,
    )
    for sentence in sorted(sentences):
        catalogue.add(sentence, sentences[sentence])
    return catalogue


def compiled(sentences: dict[str, str]) -> bytes:
    """Return sentences as the emulator reads them."""
    out = io.BytesIO()
    write_mo(out, catalogue_of(sentences))
    return out.getvalue()


def main() -> int:
    """Bring the catalogue to the sentences there are, and compile it; 1 while some are not translated."""
    known = read_catalogue()
    sentences = {each: known.get(each, "") for each in sentences_of_the_templates()}
    with SENTENCES.open("wb") as target:
        write_po(target, catalogue_of(sentences), width=110, sort_output=True)
    SENTENCES.with_suffix(".mo").write_bytes(compiled(sentences))
    missing = [each for each, english in sentences.items() if not english]
    sys.stderr.write("".join(f"{SENTENCES.name}: {each!r} has no English\n" for each in missing))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

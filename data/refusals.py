"""What of an upload cannot be used, by name and reason; the rest of it goes on."""

from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_LISTED", "Refusal", "Refusals", "plain", "shown_name"]

MOST_LISTED: Final = 50  # of more, only their number is kept
MOST_CHARACTERS: Final = 80
_MARKUP: Final = dict.fromkeys(map(ord, "*`[]<>$\\!:~|"), " ")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file (or one picture of an array) and, in a sentence, why it is left out."""

    name: str
    reason: str


class Refusals:
    """The first MOST_LISTED refusals of a reading, and how many there are in all."""

    def __init__(self) -> None:
        self.first: list[Refusal] = []
        self.count = 0

    def add(self, name: str, reason: str) -> None:
        """Leave `name` out."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(Refusal(shown_name(name), reason))

    def words(self, most: int = 3) -> str:
        """ "cat/1.png (Picture is 2x2 pixels…); and 17 more", for a message; empty where nothing was refused."""
        listed = [f"{refusal.name}: {refusal.reason.rstrip('.')}" for refusal in self.first[:most]]
        more = [f"and {self.count - most:,} more"] if self.count > most else []
        return "; ".join([*listed, *more])


def plain(text: str) -> str:
    """Somebody's words without the characters that Markdown and Plotly would take for more than words; one line."""
    return " ".join(text.translate(_MARKUP).split())


def shown_name(name: str) -> str:
    """A file's name for people: what does not print is escaped, markup is left out, and a long one keeps its end."""
    safe = plain("".join(character if character.isprintable() else repr(character)[1:-1] for character in name))
    return safe if len(safe) <= MOST_CHARACTERS else f"…{safe[1 - MOST_CHARACTERS :]}"

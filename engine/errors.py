"""The one exception for what a user can put right."""

from __future__ import annotations


class UserError(ValueError):
    """A sentence that says what to change.

    `sentence` is a template in English, which is also its key in the language catalogues;
    `values` fills it. `str(error)` is the English sentence.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.sentence, self.values))


class NothingToLearn(UserError):
    """What the data at hand cannot teach, however long it is trained."""


def _rebuild(sentence: str, values: dict[str, object]) -> UserError:
    return UserError(sentence, **values)

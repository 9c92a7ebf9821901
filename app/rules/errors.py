"""The errors a rule raises: an English text with named arguments, translated where it is shown."""

from typing import Any


class DomainError(Exception):
    """A refusal a user can understand and act on.

    `text` is a translatable msgid with `%(name)s` placeholders and `arguments` fills them;
    `field` names the input the refusal is about, where there is one.
    """

    def __init__(self, text: str, /, *, field: str | None = None, **arguments: Any) -> None:
        super().__init__(text)
        self.text = text
        self.field = field
        self.arguments: dict[str, Any] = arguments

    def __str__(self) -> str:
        return self.text % self.arguments if self.arguments else self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.text, self.field, self.arguments)


class InvalidInput(DomainError):  # noqa: N818 - reads as what happened
    """A value that cannot be read or breaks a rule of its field."""


def _rebuild(
    kind: type[DomainError], text: str, field: str | None, arguments: dict[str, Any]
) -> DomainError:
    return kind(text, field=field, **arguments)

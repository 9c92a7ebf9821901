"""What a browser would send back for the form on a page."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    """Collects the successful controls of the form that is posted to `action`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._inside = False
        self._name: str | None = None
        self._takes_text = False
        self._needs_choice = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("action") == self._action
        if not self._inside:
            return
        name, value = given.get("name"), given.get("value") or ""
        match tag:
            case "input" if name:
                if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                    self.fields[name] = value
            case "textarea" | "select":
                self._name, self._takes_text = name, tag == "textarea"
                self._needs_choice = tag == "select"
                if name and self._takes_text:
                    self.fields[name] = ""
            case "option" if self._name and ("selected" in given or self._needs_choice):
                # Without a selected one the browser takes the first.
                self.fields[self._name], self._needs_choice = value, False

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag in {"textarea", "select"}:
            self._name, self._takes_text = None, False

    def handle_data(self, data: str) -> None:
        if self._takes_text and self._name:
            self.fields[self._name] += data


def fields_of(page: str, action: str) -> dict[str, str]:
    """Name → value of the form on `page` (HTML) that is posted to the path `action`."""
    reader = _Reader(action)
    reader.feed(page)
    return reader.fields

"""Notes and files hang on a record and obey its rights; what a file is its content says."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.entities.system.audit import AuditEntry
from app.entities.system.record import Attachment, Note
from app.lowcode.files import check_upload, clean_name
from app.rules.errors import InvalidInput
from tests.callers import inside
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
PDF = b"%PDF-1.7 example"


@pytest.fixture
def key(app: Flask) -> int:
    with inside(app) as session:
        customer = Customer(name="示例公司")
        session.add(customer)
        session.flush()
        return customer.id


def folder(app: Flask) -> Path:
    path: Path = app.extensions["kehu_settings"].attachments
    path.mkdir(parents=True, exist_ok=True)
    for file in path.iterdir():
        file.unlink()
    return path


def attach(person: Visitor, key: int, data: bytes = PDF, name: str = "合同.pdf") -> int:
    answer = person.post(f"/customers/{key}/files", file=(BytesIO(data), name))
    return answer.status_code


# what is accepted -----------------------------------------------------------------
def archive(*names: str) -> bytes:
    """A zip with parts of these names, such as an Office document is."""
    made = BytesIO()
    with ZipFile(made, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return made.getvalue()


def picture(kind: str, width: int = 2, height: int = 2) -> bytes:
    made = BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", (width, height)).save(made, kind)
    return made.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("合同 2026.docx", WORD),
        ("a.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("a.zip", archive("a.txt")),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
        ("photo.jpeg", picture("JPEG")),
        ("photo.png", picture("PNG", 5000, 5000)),
        ("photo.gif", picture("GIF")),
        ("photo.webp", picture("WEBP")),
        ("notes.txt", "客户".encode()),
        ("notes.csv", "客户".encode("gb18030")),
        ("notes.md", "客户".encode("utf-16")),
    ],
)
def test_a_file_that_is_what_it_says_is_accepted(name: str, data: bytes) -> None:
    assert check_upload(name, data)[0] == name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<script>"),
        ("image.svg", b"<svg onload=alert(1)>"),
        ("run.exe", b"MZ"),
        ("a.pdf.exe", PDF),
        ("a.pdf", b"<script>alert(1)</script>"),
        ("a.png", PDF),
        ("a.png", picture("JPEG")),
        ("a.jpg", b"\xff\xd8\xff<script>"),
        ("a.png", picture("PNG", 5001, 5000)),
        ("a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt "),
        ("a.docx", archive("evil.exe")),
        ("a.docx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.docx", b"PK\x03\x04rest"),
        ("a.zip", b"PK\x03\x04rest"),
        ("a.doc", WORD),
        ("a.txt", b"MZ\x00\x00"),
        ("a.txt", b"text" * 2000 + b"\x00"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.pdf", b""),
        ("noextension", PDF),
        (".pdf", PDF),
        ("", PDF),
    ],
)
def test_anything_else_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(InvalidInput):
        check_upload(name, data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\合同.pdf", "合同.pdf"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("  spaced .pdf ", "spaced .pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_is_the_last_part_of_a_path_and_printable(given: str, kept: str) -> None:
    assert clean_name(given) == kept


# files ----------------------------------------------------------------------------
def test_a_file_is_attached_listed_downloaded_and_removed(
    app: Flask, visitor: Visitors, key: int
) -> None:
    files = folder(app)
    boss = visitor("administrator", locale="en")
    assert attach(boss, key) == 302
    assert "合同.pdf" in boss.get(f"/customers/{key}").text
    answer = boss.get(f"/customers/{key}/files/1", buffered=True)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    (stored,) = files.iterdir()
    assert stored.name.isalnum()  # nothing of the given name
    assert boss.post(f"/customers/{key}/files/1/delete").status_code == 302
    assert list(files.iterdir()) == []
    assert boss.get(f"/customers/{key}/files/1").status_code == 404
    with inside(app) as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.in_(["attach", "detach"]))
        ).all()
    assert actions == ["attach", "detach"]


def test_what_is_sent_ten_times_is_there_once(app: Flask, visitor: Visitors, key: int) -> None:
    files, boss = folder(app), visitor("administrator", locale="en")
    page, note, upload = f"/customers/{key}", f"/customers/{key}/notes", f"/customers/{key}/files"
    form = fields_of(boss.get(page).text, note) | {"text": "remember"}
    assert {boss.post(note, **form).status_code for _ in range(10)} == {302}
    form = fields_of(boss.get(page).text, upload)
    for _ in range(3):
        assert boss.post(upload, **form | {"file": (BytesIO(PDF), "a.pdf")}).status_code == 302
    assert len(list(files.iterdir())) == 1
    # The page still stands there, and something else is meant.
    boss.post(upload, **form | {"file": (BytesIO(PDF), "b.pdf")})
    boss.post(note, **fields_of(boss.get(page).text, note) | {"text": "remember"})
    with inside(app) as session:
        assert list(session.scalars(select(Note.text))) == ["remember"] * 2
        names = session.scalars(select(Attachment.name).order_by(Attachment.id))
        assert list(names) == ["a.pdf", "b.pdf"]


def test_a_refused_file_is_said_and_leaves_nothing(app: Flask, visitor: Visitors, key: int) -> None:
    files = folder(app)
    boss = visitor("administrator", locale="en")
    attach(boss, key, b"<script>", "x.html")
    assert "not accepted" in boss.get(f"/customers/{key}").text
    assert list(files.iterdir()) == []


def test_a_file_whose_row_could_not_be_written_does_not_stay(
    app: Flask, visitor: Visitors, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = folder(app)
    boss = visitor("administrator", locale="en")
    monkeypatch.setattr(app, "testing", False)

    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.lowcode.audit.record", fail)
    assert attach(boss, key) == 500
    assert list(files.iterdir()) == []
    with inside(app) as session:
        assert session.scalar(select(func.count(Attachment.id))) == 0


def test_a_file_stays_where_its_row_could_not_be_removed(
    app: Flask, visitor: Visitors, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = folder(app)
    boss = visitor("administrator", locale="en")
    attach(boss, key)
    monkeypatch.setattr(app, "testing", False)

    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.lowcode.audit.record", fail)
    assert boss.post(f"/customers/{key}/files/1/delete").status_code == 500
    assert len(list(files.iterdir())) == 1
    assert boss.get(f"/customers/{key}/files/1", buffered=True).data == PDF


def test_notes_and_files_go_with_their_record(app: Flask, visitor: Visitors, key: int) -> None:
    files = folder(app)
    boss = visitor("administrator", locale="en")
    attach(boss, key)
    boss.post(f"/customers/{key}/notes", text="remember")
    assert boss.post(f"/customers/{key}/delete").status_code == 302
    assert len(list(files.iterdir())) == 1  # for whoever restores it
    assert boss.get(f"/customers/{key}/files/1").status_code == 404
    with inside(app) as session:
        assert session.scalar(select(func.count(Note.id))) == 0
        assert session.scalar(select(func.count(Attachment.id))) == 0


def test_a_file_is_nobodys_who_does_not_see_the_record(
    app: Flask, visitor: Visitors, key: int
) -> None:
    folder(app)
    attach(visitor("administrator"), key)
    stranger = visitor("sales")
    assert stranger.get(f"/customers/{key}/files/1").status_code == 404
    assert attach(stranger, key) == 404
    assert stranger.post(f"/customers/{key}/files/1/delete").status_code == 404
    with inside(app) as session:
        other = Customer(name="own", owner_id=stranger.user_id)
        session.add(other)
        session.flush()
        mine = other.id
    assert stranger.get(f"/customers/{mine}/files/1").status_code == 404


def test_a_reader_downloads_but_neither_attaches_nor_removes(
    app: Flask, visitor: Visitors, key: int
) -> None:
    folder(app)
    attach(visitor("administrator"), key)
    reader = visitor("read_only", locale="en")
    assert reader.get(f"/customers/{key}/files/1", buffered=True).data == PDF
    assert attach(reader, key) in {302, 403}
    assert reader.post(f"/customers/{key}/files/1/delete").status_code in {302, 403}
    with inside(app) as session:
        assert session.scalar(select(func.count(Attachment.id))) == 1


# notes ----------------------------------------------------------------------------
def test_a_note_stands_in_the_timeline_with_its_writer(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss = visitor("administrator", name="李 示例", locale="en")
    boss.post(f"/customers/{key}/notes", text="  Call <b>again</b>  ")
    page = boss.whole(f"/customers/{key}")
    assert "Call &lt;b&gt;again&lt;/b&gt;" in page
    assert "李 示例" in page


def test_an_empty_note_is_none(app: Flask, visitor: Visitors, key: int) -> None:
    visitor("administrator").post(f"/customers/{key}/notes", text="  \n ")
    with inside(app) as session:
        assert session.scalar(select(func.count(Note.id))) == 0

"""The file that a person names is the file that is opened, whatever characters its name has."""

import pytest

from mes.command_line import CommandError, locate
from mes.database import create_site, open_engine, read_site, reading
from mes.vocabulary import SiteKind

NAMES = [
    "plain",
    "with spaces in it",
    "100%20percent",
    "what?mode=memory",
    "lot #7",
    "a&b=c;d+e",
    "Prüfung 電纜",
    "50%",
]


@pytest.mark.parametrize("name", NAMES)
def test_named_file_is_the_one_that_is_opened(tmp_path, name):
    """By --db or as the home: the site is made in the very file of that name, and found there again."""
    home = tmp_path / name
    for location, file in (
        (locate(home, None), home / "rackline.db"),
        (locate(home, str(home / f"{name}.db")), home / f"{name}.db"),
    ):
        create_site(location.url, name, SiteKind.REAL)
        engine = open_engine(location.url)
        with reading(engine) as connection:
            assert read_site(connection).name == name
        engine.dispose()
        assert file.is_file()
    # Nothing was made beside them under a name that had been read as part of a URL.
    assert sorted(path.name for path in home.iterdir()) == sorted([f"{name}.db", "rackline.db"])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_url_is_taken_as_it_is_given(tmp_path):
    """Whoever writes a URL quotes it himself."""
    url = f"sqlite:///{tmp_path}/a%20b.db"
    assert locate(tmp_path, url).url == url


def test_name_that_is_no_text_is_refused(tmp_path):
    """A file name of bytes that are no UTF-8 cannot stand in a URL: it is said, and no other file is opened."""
    with pytest.raises(CommandError, match="no UTF-8"):
        locate(tmp_path, str(tmp_path / "a\udcff.db"))


def test_a_relative_url_means_one_file_wherever_the_next_command_runs(tmp_path, monkeypatch):
    """`sqlite:///x.db` is a file of the folder it is said in; the URL that comes back says which."""
    monkeypatch.chdir(tmp_path)
    assert locate(None, "sqlite:///x.db").url == locate(None, "x.db").url == f"sqlite:///{tmp_path / 'x.db'}"


def test_a_password_is_never_shown():
    """What is printed of a database's URL is without its password."""
    location = locate(None, "postgresql://rackline:secret@127.0.0.1/mes")
    assert "secret" in location.url
    assert location.shown == "postgresql://rackline:***@127.0.0.1/mes"

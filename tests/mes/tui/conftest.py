"""A cable line with a fixed past, and a console on it that is driven as a person drives it."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key, Paste
from textual.geometry import Size
from textual.pilot import Pilot

from mes.database import create_site, read_only_engine
from mes.local_ledger import open_local_ledger
from mes.records import LotIdentity, LotReceived
from mes.tui.app import ConsoleApp
from mes.tui.database_link import DatabaseLink
from mes.tui.listing_view import ListingView
from mes.tui.view_text import plain
from mes.vocabulary import OperationKind, RunEnding, SiteKind, Tracking, Verdict

SNAPSHOTS = Path(__file__).parent / "snapshots"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PATIENCE = 2000


def tell_story(line: Any) -> None:
    """Three cables: one failed and passed at the second go, one whose fixture broke, one still under test."""
    with line.delivery():
        line.define(line.PLUG, tracking=Tracking.LOT, maker="Amphenol")
        line.define(line.BUNDLE, (("bundle_test", OperationKind.TEST),))
        line.define(line.CABLE, (("assembly", OperationKind.ASSEMBLY), ("final_test", OperationKind.TEST)))
        line.plan("bundle_test", line.BUNDLE)
        line.plan("final_test")
        lot = LotIdentity(maker="Amphenol", part=line.PLUG, lot="LOT-77")
        line.tell(LotReceived(**line.envelope(), lot=lot, quantity=100, unit="pc", supplier="Distribution"))
        for number in (1, 2, 3):
            bundle = line.register(f"B{number:04d}", line.BUNDLE)
            line.run(bundle, "bundle_test")
            cable = line.register(f"CABLE{number:04d}")
            line.install(cable, "bundle", bundle)
            line.install(cable, "near", lot=lot)
            if number == 1:
                line.fail_by_one_decibel(cable, "final_test")
                line.run(cable, "final_test")
            elif number == 2:
                line.run(cable, "final_test", Verdict.NONE, RunEnding.ERROR)
            else:
                line.start(cable, "final_test")


@pytest.fixture(scope="session")
def templates(
    tmp_path_factory: pytest.TempPathFactory, cable_line_class: Callable[..., Any]
) -> dict[str, tuple[Path, Any]]:
    """An empty site and one with the story, made once: a copy costs a tenth of a migration."""
    made = {}
    for name, tell in (("empty", lambda line: None), ("story", tell_story)):
        file = tmp_path_factory.mktemp(name) / "site.db"
        url = f"sqlite:///{file}"
        create_site(url, "Cable works", SiteKind.SIMULATED)
        ledger, engine = open_local_ledger(url), read_only_engine(url)
        line = cable_line_class(url, ledger, engine, simulated=True)
        tell(line)
        engine.dispose()
        # The writer goes last, and takes the write-ahead log into the file.
        ledger.close()
        assert not file.with_name("site.db-wal").exists()
        made[name] = (file, line)
    return made


@pytest.fixture
def place(
    templates: dict[str, tuple[Path, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Any]]:
    """Puts a site into the working folder, so that its name is the same everywhere, and opens a line on it."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def placed(name: str) -> Any:
            file, told = templates[name]
            shutil.copy(file, "site.db")
            url = "sqlite:///site.db"
            ledger, engine = open_local_ledger(url), read_only_engine(url)
            stack.callback(ledger.close)
            stack.callback(engine.dispose)
            return replace(told, url=url, ledger=ledger, engine=engine, ids=copy(told.ids), seq=copy(told.seq))

        yield placed


@pytest.fixture
def site(place: Callable[[str], Any]) -> Any:
    """A line at a site without a record."""
    return place("empty")


@pytest.fixture
def story(place: Callable[[str], Any]) -> Any:
    """A line with three cables."""
    return place("story")


@dataclass
class Console:
    """A console and the hand on its keys."""

    app: ConsoleApp
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Let the console work until something is so."""
        for _ in range(_PATIENCE):
            await self.pilot.pause(0.005)
            if condition():
                return
        pytest.fail(f"never happened: {what}; the screen shows\n" + "\n".join(self.lines()))

    async def settle(self) -> None:
        """Let the console work until it waits for no answer and has shown the last one."""
        seen: list[str] = []
        for _ in range(_PATIENCE):
            await self.pilot.pause(0.02)
            # The footer gets its keys after the page has its widgets.
            waiting = self.app.busy or not self.app.screen.query("FooterKey, CommandPalette")
            seen = [] if waiting else [*seen[-2:], self.text()]
            if len(seen) == 3 and len(set(seen)) == 1:
                return
        pytest.fail("the console never settles; it shows\n" + self.text())

    async def press(self, *keys: str) -> None:
        """Press keys one after the other and let the console answer."""
        await self.pilot.press(*keys)
        await self.settle()

    async def open(self, number: str) -> None:
        """Search a number as a scanner sends it, and open what it names."""
        self.app.post_message(Paste(number + "\n"))
        await self.until(
            lambda: self.page() != "OverviewScreen" and number[:30] in self.text(), f"the page of {number} opens"
        )
        await self.settle()

    def scan(self, number: str) -> None:
        """Send a number and Enter key by key without waiting, as a keyboard scanner does."""
        for character in number:
            self.app.post_message(Key(character, character))
        self.app.post_message(Key("enter", "\r"))

    async def open_page(self, number: str) -> None:
        """Search a number as a scanner sends it; its page comes to the front, whether it can be read or not."""
        self.app.post_message(Paste(number + "\n"))
        await self.until(lambda: self.page() != "OverviewScreen", f"the page of {number} opens")

    async def settle_size(self, size: Size) -> None:
        """Let the console take on the size of its terminal."""
        await self.until(lambda: self.app.size == size and len(self.lines()) == size.height, f"the size is {size}")

    def lines(self) -> list[str]:
        """The characters on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        """The characters on the screen."""
        return "\n".join(self.lines())

    def rows(self, selector: str) -> list[str]:
        """The rows of a list, also those out of sight."""
        return [plain(row.line).rstrip() for row in self.app.screen.query_one(selector, ListingView).listing.rows]

    def page(self) -> str:
        """The kind of page in front."""
        return type(self.app.screen).__name__


Scenario = Callable[[Console], Awaitable[None]]


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Opens a console on a database, lets a scenario use it, and leaves nothing open."""
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(url: str, scenario: Scenario, size: tuple[int, int] = (80, 24), tick_s: float = 0.1) -> None:
        async def session() -> None:
            ticks = count()
            app = ConsoleApp(link, now=lambda: NOW, clock=lambda: float(next(ticks)), tick_s=tick_s)
            async with app.run_test(size=size, notifications=True) as pilot:
                console = Console(app, pilot)
                await console.settle()
                await scenario(console)
            assert app.return_code in (0, None)

        link = DatabaseLink(url)
        try:
            asyncio.run(session())
        finally:
            link.close()

    return run


@pytest.fixture
def same_as_snapshot() -> Callable[[str, Console], None]:
    """Compares the screen with a text file; RACKLINE_UPDATE_SNAPSHOTS=1 writes the files anew instead."""

    def compare(name: str, console: Console) -> None:
        file = SNAPSHOTS / f"{name}.txt"
        shown = console.text() + "\n"
        if os.environ.get("RACKLINE_UPDATE_SNAPSHOTS"):
            file.write_text(shown, encoding="utf-8")
        assert shown == file.read_text(encoding="utf-8"), f"{name} changed; if it should, RACKLINE_UPDATE_SNAPSHOTS=1"

    return compare

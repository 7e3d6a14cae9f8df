"""Pictures of the console for people who have not started it yet, made by the console itself."""

import asyncio
import time
from datetime import UTC, datetime

from mes.tui.app import ConsoleApp
from mes.tui.database_link import DatabaseLink

_GLANCE_S = 0.01


def console_screenshot(url: str, size: tuple[int, int] = (120, 36), keys: tuple[str, ...] = ()) -> str:
    """The console on a database as an SVG document, after these keys were pressed.

    `size` is (columns, rows). Raises `CommandError` when the database cannot be read.
    """
    link = DatabaseLink(url)
    try:
        link.pulse()
        return asyncio.run(_picture(link, size, keys))
    finally:
        link.close()


async def _picture(link: DatabaseLink, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    app = ConsoleApp(link, now=lambda: datetime.now(UTC), clock=time.monotonic)
    async with app.run_test(size=size) as pilot:
        for key in (None, *keys):
            if key is not None:
                await pilot.press(key)
            await settled(app)
            await pilot.pause()
        return app.export_screenshot(title="mes console")


async def settled(app: ConsoleApp) -> None:
    """Wait until every question has been answered."""
    while app.busy:
        await asyncio.sleep(_GLANCE_S)

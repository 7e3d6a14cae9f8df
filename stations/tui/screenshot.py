"""A picture of the operator's screen for documents, drawn by the same widgets."""

import asyncio

from stations.tui.state import ScreenState
from stations.tui.state_app import StateApp


def operator_screenshot(state: ScreenState, size: tuple[int, int]) -> str:
    """The screen in this state at this size (columns, rows) as SVG text."""

    async def drawn() -> str:
        app = StateApp(state)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.1)
            return app.export_screenshot(title=f"station run · {state.facts.station}")

    return asyncio.run(drawn())

"""Every page as a grid of characters, on the smallest terminals people really use and on a large one."""

import pytest


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_pages_look_as_they_did(story, drive, same_as_snapshot, size):
    """On a line with a fixed past every page shows the same characters in the same places."""

    async def scenario(console):
        def compare(name):
            same_as_snapshot(f"{name}_{size[0]}x{size[1]}", console)

        compare("overview")
        await console.press("slash", *"cable")
        compare("search")
        await console.open("CABLE0001")
        compare("unit_runs")
        await console.press("2")
        compare("unit_timeline")
        await console.press("3")
        compare("unit_genealogy")
        await console.open("LOT-77")
        compare("lot")

    drive(story.url, scenario, size)


@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_site_without_a_record_says_what_to_do(site, drive, same_as_snapshot, size):
    """An empty site is not an empty screen: it says that it fills by itself, and how to fill it."""

    async def scenario(console):
        same_as_snapshot(f"empty_{size[0]}x{size[1]}", console)

    drive(site.url, scenario, size)

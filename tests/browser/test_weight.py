"""What pages weigh on the wire."""

import gzip
import re

import pytest

from support.browsing import AN, MOUNIA

MOST_SCRIPT_KB = 45
GZIP = {"Accept-Encoding": "gzip", "Accept": "text/html"}


@pytest.mark.parametrize(
    ("path", "who"), [("/", AN), ("/bookings", AN), ("/energy", MOUNIA), ("/sign-in", None)]
)
def test_a_page_and_all_it_loads_come_compressed(visitors, path, who):
    page = visitors.arrive(who)
    answers = []
    # Playwright marks the handler that it is given, which a built-in method does not bear.
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108

    page.goto(visitors.url + path, wait_until="load")

    plain = [answer.url for answer in answers if should_shrink(answer) and not shrunk(answer)]
    assert plain == []
    assert any(should_shrink(answer) for answer in answers)


@pytest.mark.parametrize(("path", "who"), [("/", AN), ("/energy", MOUNIA)])
def test_a_pages_scripts_weigh_little(visitors, path, who):
    page = visitors.visit(path, who)
    sources = page.locator("script[src]").evaluate_all("scripts => scripts.map(({src}) => src)")

    sizes = {source: len(gzip.compress(page.request.get(source).body(), 9)) for source in sources}

    print(f"\n{path}: {sum(sizes.values()) / 1000:.1f} kB of script, gzip")
    assert len(sizes) == 2
    assert sum(sizes.values()) <= MOST_SCRIPT_KB * 1000


def test_assets_are_kept_for_ever_and_pages_are_not(visitors):
    ask = visitors.arrive(None).request
    html = ask.get(visitors.url + "/sign-in", headers=GZIP)
    style = re.search(r'href="(/assets/main-[^"]+\.css)"', html.text())
    assert style

    asset = ask.get(visitors.url + style[1], headers=GZIP)

    assert "immutable" in asset.headers["cache-control"]
    assert html.headers["cache-control"] == "no-store"
    assert html.headers["content-encoding"] == asset.headers["content-encoding"] == "gzip"


def should_shrink(answer) -> bool:
    kind = answer.headers.get("content-type", "")
    small = int(answer.headers.get("content-length", "1000")) < 500
    return (
        kind.startswith(("text/html", "text/css", "text/javascript")) and answer.status == 200 and not small
    )


def shrunk(answer) -> bool:
    return answer.headers.get("content-encoding") in {"gzip", "br"}

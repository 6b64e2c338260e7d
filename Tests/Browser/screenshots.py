#!/usr/bin/env python3
"""The pictures of README.md: the dashboard with an order that is being answered, in English, and in Korean and dark.

usage: screenshots.py URL TOKEN DIRECTORY

scripts/pages --screenshots calls it, and makes the pictures smaller.
"""

import pathlib
import sys

from dashboard import Browser, counts

PICTURES = {"dashboard-en.png": {}, "dashboard-ko.png": {"language": "ko-KR", "dark": True}}


def main(url, token, directory):
    folder = pathlib.Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in PICTURES.items():
        with Browser(url, token, width=1440, height=820, **options) as browser:
            browser.open()
            before = browser.until(lambda: counts(browser), "a running order has counts")
            browser.until(lambda: counts(browser) != before and browser.find(".moving"), "its numbers move")
            browser.until(lambda: len(browser.find(".feed li")) > 12, "events are there")
            browser.driver.save_screenshot(str(folder / name))


if __name__ == "__main__":
    main(*sys.argv[1:])

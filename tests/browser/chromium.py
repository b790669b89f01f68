"""Which Chromium the browser tests drive, and the set-up that installs one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Without these a machine with a closed network sees many refused connections.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-gpu"]
if os.geteuid() == 0:
    FLAGS.append("--no-sandbox")

NOT_FOUND = (
    "There is no Chromium on this machine, so the browser tests can't run. "
    "Install it (on Debian: apt-get install chromium) and try again."
)


def find() -> str | None:
    """The path of the system's Chromium, else of Playwright's own, else None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Install Debian's Chromium as root, else Playwright's own."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"} | os.environ
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not find():
        print("Installing Chromium for the browser tests")
        install()
    if not find():
        print(NOT_FOUND)
        sys.exit("CI" in os.environ)

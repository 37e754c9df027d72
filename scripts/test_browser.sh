#!/usr/bin/env bash
# Usage: scripts/test_browser.sh [TEST ...]
#
# Opens the course in a real JupyterLab in a real browser, headless, on this machine's loopback: runs all cells of
# lessons 00 and 06 and looks at what shows (errors, figures, formulas, requests to other hosts), restarts and runs
# all again, and interrupts a long cell. The notebooks are copies. Screenshots go to target/browser. Then reads the
# book from the disk, where scripts/build_book.sh has built it.
#
#   TEST      only these, such as test_book or test_lab.CourseInTheBrowser.test_interrupt
#
# The browser is Chromium or Chrome as the system has it, or the program that the variable CHROMIUM names. Where
# there is none, it says so and succeeds. Playwright, which drives it, goes below .venv/browser.

set -euo pipefail

case "${1:-}" in
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
esac

cd "$(dirname "$0")/.."
if [[ -z ${CHROMIUM:-} ]]; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
    if [[ -z $CHROMIUM ]]; then
        echo "SKIPPED: the browser test did not run, because there is no Chromium. On Debian: sudo apt install chromium"
        exit
    fi
fi
export CHROMIUM

scripts/setup.sh
scripts/environment.sh .venv/browser scripts/browser/requirements.txt
cd scripts/browser
exec ../../.venv/browser/bin/python -m unittest --verbose "$@"

#!/usr/bin/env bash
# Installs Debian's Chromium, which the browser tests drive, where there is none yet.
set -euo pipefail

if [ -x /usr/bin/chromium ]; then
    exit 0
fi
if ! command -v apt-get > /dev/null; then
    echo "Install Chromium as /usr/bin/chromium; without apt-get this script cannot." >&2
    exit 1
fi

root=()
if [ "$(id -u)" != 0 ]; then
    root=(sudo)
fi
"${root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends chromium > /dev/null

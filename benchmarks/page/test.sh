#!/usr/bin/env bash
# Tests the page: formatting, counting, README's table, and the page itself in headless Chromium.
# Installs what that needs. Exit code 77 and a reason: it cannot be had here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

not_here() {
    echo "benchmarks/page/test.sh: not run: $1" >&2
    exit 77
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || not_here "$1 is not installed (apt-get install $2)"
    apt-get install -y -qq --no-install-recommends $2 >/dev/null 2>&1 \
        || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $2 >/dev/null; } \
        || not_here "$1 could not be installed (apt-get install $2)"
}

command -v node >/dev/null && command -v npm >/dev/null || install "Node.js with npm" "nodejs npm"
oldest=20
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$oldest" ] \
    || not_here "Node.js $(node --version) is too old for the browser's driver, $oldest is needed; the page itself is made with 18"
[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null || install Chromium "chromium fonts-dejavu-core"

if ! cmp -s package-lock.json node_modules/.tested-with; then
    npm ci --ignore-scripts --loglevel=error || not_here "the packages of package-lock.json could not be installed"
    cp package-lock.json node_modules/.tested-with
fi
node --test test/*.test.mjs

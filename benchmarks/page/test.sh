#!/usr/bin/env bash
# Tests the page: formatting, counting, README's table, and the page itself in headless Chromium.
# Installs what that needs. Exit code 77 and a reason: not everything could be tested here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

not_here() {
    echo "benchmarks/page/test.sh: not run: $1" >&2
    exit 77
}

# install PACKAGE...: false where that cannot be done.
install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 && return
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_browser() {
    local name
    for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
        CHROMIUM="$(command -v "$name")" && export CHROMIUM && return
    done
    return 1
}

command -v node >/dev/null && command -v npm >/dev/null || install nodejs npm \
    || not_here "there is no Node.js with npm (apt-get install nodejs npm)"
oldest=20
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$oldest" ] \
    || not_here "Node.js $(node --version) is too old for the browser's driver, $oldest is needed; the page itself is made with 18"

if ! cmp -s package-lock.json node_modules/.tested-with; then
    npm ci --ignore-scripts --loglevel=error || not_here "the packages of package-lock.json could not be installed"
    cp package-lock.json node_modules/.tested-with
fi

if find_browser || { install chromium fonts-dejavu-core && find_browser; }; then
    exec node --test test/*.test.mjs
fi
unset CHROMIUM
node --test test/*.test.mjs
not_here "the page in a browser: there is no Chromium (apt-get install chromium, or CHROMIUM=its path)"

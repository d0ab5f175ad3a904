#!/usr/bin/env bash
# Runs one target of build.cake, from any directory:  ./build.sh [target] [arguments for the target]
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$root"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# The SDK itself would stop without ICU on a minimal image; nothing here depends on a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}"
# No build process outlives its build: an idle one would still disturb a measurement on a small machine.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

usage() {
    cat <<'TEXT'
usage: ./build.sh [target] [arguments]
  demo      build the tool and show the three modes between two processes
  test      build everything and run all tests (the default)
  build     build everything
  tool      build the urma command alone: artifacts/urma/urma
  tool-aot  the same command compiled ahead of time, which starts ten times faster: artifacts/urma-aot/urma (needs a C compiler)
  native    build the C programs: yardsticks, layouts, tests (skipped without a C compiler)
  exports   compile the software UB device, artifacts/native/liburma.so.0 (needs a C compiler)
  rdma-test run the tests that need RDMA, in a QEMU guest with soft-RoCE (exit code 77: no such guest can be had here)
  rdma-compare  in that guest: the shim beside soft-RoCE, the provider beside a C program; the argument is the number of rounds
  certify   run real programs over the shim here and over soft-RoCE in that guest: docs/certification.md
  bench     run the benchmarks (short; --quick or --long); other arguments go to BenchmarkDotNet, such as --filter '*Write*'.
            --aot: with a JIT and compiled ahead of time, side by side (--rounds N, --filter)
  bench-check  compare ratios to yardsticks with benchmarks/baseline.json and fail on a loss; --update writes the file (docs/benchmarks.md)
  observability-cost  what counting and timing cost: two builds of the tool in turns; the argument is the number of rounds
  compare   everything beside what can be used instead: artifacts/compare/{results.json,index.html} (docs/compare.md);
            --quick (5 minutes, else 30), --workload ID, --output DIR, --list; --readme writes README's table, too
  generate  write the bindings in interop/ anew from the headers (needs clang); with --check, only say what would change
  pack      make the NuGet packages in artifacts/packages
  clean     delete everything that was built
TEXT
}

# 'dotnet --version' fails when no installed SDK satisfies global.json, so one question answers both.
have_sdk() { command -v dotnet >/dev/null 2>&1 && dotnet --version >/dev/null 2>&1; }

sdk_in_home=no
use_sdk_in_home() {
    sdk_in_home=yes
    export DOTNET_ROOT="$HOME/.dotnet"
    export PATH="$DOTNET_ROOT:$PATH"
}

explain_install() {
    cat >&2 <<TEXT
build.sh: the .NET SDK $1 (or a later 10.0 SDK) is needed and could not be installed automatically.
Install it in one of these ways, then run this command again:
  - your distribution's package:      sudo apt-get install dotnet-sdk-10.0
  - Microsoft's archive, by hand:     https://dotnet.microsoft.com/download/dotnet/10.0
    mkdir -p "\$HOME/.dotnet" && tar -xzf dotnet-sdk-*.tar.gz -C "\$HOME/.dotnet"
TEXT
    exit 1
}

install_sdk() {
    local version script
    version="$(sed -n 's/.*"version"[^"]*"\([0-9.]*\)".*/\1/p' global.json | head -n 1)"
    script="$(mktemp)"
    echo "build.sh: no suitable .NET SDK found; installing $version into $HOME/.dotnet"
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --connect-timeout 15 --max-time 120 -o "$script" https://dot.net/v1/dotnet-install.sh || explain_install "$version"
    elif command -v wget >/dev/null 2>&1; then
        wget -q --timeout=15 --tries=2 -O "$script" https://dot.net/v1/dotnet-install.sh || explain_install "$version"
    else
        explain_install "$version"
    fi
    bash "$script" --version "$version" --install-dir "$HOME/.dotnet" --no-path || explain_install "$version"
    rm -f "$script"
}

target="${1:-test}"
[ $# -gt 0 ] && shift
case "$target" in
    -h | --help | help) usage; exit 0 ;;
    build | tool | tool-aot | native | exports | demo | test | rdma-test | rdma-compare | certify | bench | bench-check | observability-cost | compare | generate | pack | clean) ;;
    *) echo "build.sh: there is no target '$target'" >&2; usage >&2; exit 2 ;;
esac

if ! have_sdk; then
    [ -x "$HOME/.dotnet/dotnet" ] && use_sdk_in_home
    if ! have_sdk; then
        install_sdk
        use_sdk_in_home
    fi
fi

dotnet tool restore --verbosity quiet >/dev/null || { dotnet tool restore; exit 1; }

# The summary is printed here, not by the script, so that it is the last line whatever Cake reports about its tasks.
summary=artifacts/test-results/summary.txt
exit_code=artifacts/test-results/exit-code.txt
rm -f "$summary" "$exit_code"
status=0
dotnet cake build.cake --target="$target" --verbosity=quiet ${1+--arguments="$*"} || status=$?
[ ! -f "$exit_code" ] || status="$(cat "$exit_code")"
[ ! -f "$summary" ] || cat "$summary"
# Programs look for the runtime where a package would have put it; commands that were printed should work when they are typed.
case "$target" in
    build | demo | compare)
        [ "$sdk_in_home" = no ] || echo "build.sh: to run artifacts/urma/urma and printed commands yourself:  export DOTNET_ROOT=\"$HOME/.dotnet\"" ;;
esac
exit "$status"

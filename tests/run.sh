#!/usr/bin/env bash
# Runs everything that can be checked on one machine and ends with one plain line: "N passed, N failed, N skipped".
# Usage: tests/run.sh [all|fast]      fast leaves out the browser (e2e/). Needs the .NET SDK of global.json; installs what else is missing by apt.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=${1:-all}
case $mode in all|fast) ;; *) echo "usage: tests/run.sh [all|fast]" >&2; exit 2 ;; esac
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
started=$SECONDS
say() { printf '\n== %s (%ds)\n' "$1" $((SECONDS - started)); }
stop() { echo "$1" >&2; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

command -v dotnet >/dev/null || stop "The .NET SDK is missing: install the version that global.json names (https://dotnet.microsoft.com/download)."

# --- what the tests need besides the SDK -------------------------------------------------------------------------------------
missing=()
ls -d /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || [ -n "${GOVERNANCE_TEST_POSTGRES:-}" ] || missing+=(postgresql)
[ -x /usr/sbin/slapd ] || missing+=(slapd)
command -v python3 >/dev/null || missing+=(python3)
if [ "$mode" = all ]; then [ -x "${GOVERNANCE_TEST_CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium); fi
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  [ "$(id -u)" = 0 ] || stop "Missing: ${missing[*]}. Install them first: sudo apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || stop "Missing: ${missing[*]}, and there is no apt-get to install them with."
  # A distribution's own cluster is not wanted: the tests start a private one.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/governance-apt.log 2>&1 \
    || { tail -n 20 /tmp/governance-apt.log >&2; stop "apt-get could not install: ${missing[*]}"; }
fi

# --- build, once, with warnings as errors ---------------------------------------------------------------------------------------
say "restore and build"
dotnet tool restore >/dev/null || stop "dotnet tool restore failed."
dotnet restore Governance.sln -v q || stop "Restore failed."
dotnet build Governance.sln --no-restore -v q || stop "The build failed: see above."

failed_checks=0; passed_checks=0
say "formatting"
if dotnet format Governance.sln --verify-no-changes --no-restore -v q; then passed_checks=1; else failed_checks=1; echo "Run: dotnet format Governance.sln" >&2; fi

if [ -z "${GOVERNANCE_TEST_POSTGRES:-}" ]; then
  say "PostgreSQL"
  GOVERNANCE_TEST_POSTGRES=$(bash tests/postgres.sh start) || stop "PostgreSQL did not start: see the message above."
  export GOVERNANCE_TEST_POSTGRES
  trap 'bash tests/postgres.sh stop' EXIT
fi

# --- tests: one project after the other, so that the browser has the machine to itself -----------------------------------------
projects=(tests/Governance.Tests tests/Governance.Web.Tests)
[ "$mode" = all ] && projects+=(e2e)
passed=0 failed=0 skipped=0 broken=0
log=$(mktemp)
for project in "${projects[@]}"; do
  say "$project"
  # A test that hangs must not hold a pipeline for ever: what takes longer has failed.
  timeout -k 30 1500 dotnet test --project "$project" --no-build --no-progress 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  count() { sed -n "s/^ *$1: *\([0-9][0-9]*\).*/\1/p" "$log" | tail -n 1; }
  total=$(count total); p=$(count succeeded); f=$(count failed); s=$(count skipped)
  passed=$((passed + ${p:-0})); failed=$((failed + ${f:-0})); skipped=$((skipped + ${s:-0}))
  if [ "${total:-0}" = 0 ]; then echo "$project ran no test." >&2; broken=$((broken + 1));
  elif [ "$code" != 0 ] && [ "${f:-0}" = 0 ]; then echo "$project ended with exit code $code." >&2; broken=$((broken + 1)); fi
done
rm -f "$log"

say "done"
passed=$((passed + passed_checks)); failed=$((failed + failed_checks + broken))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

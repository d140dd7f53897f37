#!/usr/bin/env bash
# Runs every test project but that of the node (make e2e) and adds up their results. A project whose result file is missing or empty counts as one failure: a dead test
# host would otherwise pass for silence. Options: names of test projects (default: all), --filter EXPRESSION for all of them.
set -uo pipefail
cd "$(dirname "$0")/.."

filter=()
projects=()
while (($#)); do
  case "$1" in
    --filter) filter=(--filter "$2"); shift 2 ;;
    *) projects+=("$1"); shift ;;
  esac
done
if ((${#projects[@]} == 0)); then
  mapfile -t projects < <(cd tests && ls -d ./*.Tests | sed 's#^\./##' | grep -v '^EndToEnd\.' | sort) # those are run by make e2e
fi

. tests/prepare.sh || { echo "0 passed, 1 failed"; exit 1; }

if [[ " ${projects[*]} " == *" EndToEnd.Tests "* ]]; then
  tests/cluster/prepare-node.sh && tests/cluster/render.sh --prepare || { echo "0 passed, 1 failed"; exit 1; }
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# One store for all projects, begun beside the build. It ends with this script, however that ends: it waits for the end of its standard input. The node has one of its own.
if [[ -z "${LAKEHOUSE_TEST_S3_ENDPOINT:-}" && "${projects[*]}" != EndToEnd.Tests ]]; then
  coproc STORE { exec tests/servers/s3/start.sh "$results/s3" --attended 2>"$results/s3.err"; }
fi
# What is started is a group of its own, so that all of it can be told to end: by the clock, and by whoever ends this script (Ctrl-C does not reach what `timeout` runs).
running=''
within() { # seconds, command...
  set -m
  timeout --kill-after=60 "$@" </dev/null &
  running=$!
  set +m
  wait "$running"
  local status=$?
  running=''
  return $status
}
interrupted() {
  trap '' INT TERM HUP
  if [[ -n "$running" ]]; then
    kill -INT -- "-$running" 2>/dev/null
    for _ in $(seq 600); do kill -0 -- "-$running" 2>/dev/null || break; sleep 0.1; done
    kill -KILL -- "-$running" 2>/dev/null
  fi
  exit 130
}
trap interrupted INT TERM HUP

passed=0 failed=0 took=()
count() { sed -nE "s/.*<Counters[^>]* $2=\"([0-9]+)\".*/\1/p" "$1" | head -n 1; }
# Said again at the very end: of a long log often no more than its end is at hand.
unsaid=()
say_failures() {
  local trx
  ((${#unsaid[@]} == 0)) || printf 'FAILED %s\n' "${unsaid[@]}"
  for trx in "$results"/*.trx; do
    [[ -s "$trx" ]] && awk -v project="$(basename "$trx" .trx)" '
      function plain(text) { gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&#x[AaDd];/, " ", text); gsub(/&amp;/, "\\&", text); return substr(text, 1, 400) }
      /<UnitTestResult / { bad = /outcome="Failed"/ || /outcome="Error"/ || /outcome="Timeout"/; said = 0; stack = 0
        if (bad) { match($0, / testName="[^"]*"/); print "FAILED " project ": " plain(substr($0, RSTART + 11, RLENGTH - 12)) } }
      /<\/UnitTestResult>/ { bad = 0 }
      /<Message>/ { message = 1; sub(/.*<Message>/, "") }
      /<StackTrace>/ { stack = 1; sub(/.*<StackTrace>/, "") }
      bad && message && said < 6 { line = $0; sub(/<\/Message>.*/, "", line); if (line ~ /[^ ]/) { print "    " plain(line); said++ } }
      bad && stack && stack < 3 && / in .*:line / { print "   " plain($0); stack++ }
      /<\/Message>/ { message = 0 }
      /<\/StackTrace>/ { stack = 0 }' "$trx"
  done
}

# What tests start as processes is what users start, compiled ahead: most of them live for a second or two, and would spend half of it on being compiled.
if [[ " ${projects[*]} " =~ \ (Cli|Cluster|Engine|Faults)\.Tests\  ]]; then
  programs=(out/bin/.built)
  [[ " ${projects[*]} " != *" Faults.Tests "* ]] || programs+=(out/faults/.built)
  make --no-print-directory "${programs[@]}" || { echo "0 passed, 1 failed"; exit 1; }
  export LAKEHOUSE_TEST_PROGRAMS="$PWD/out/bin:$PWD/out/faults"
fi

build=LakehouseOperator.sln
((${#projects[@]} > 1)) || build=tests/${projects[0]}
dotnet build "$build" --nologo --verbosity quiet || { echo "0 passed, 1 failed"; exit 1; }
if [[ -n "${STORE_PID:-}" ]]; then
  if read -r LAKEHOUSE_TEST_S3_ENDPOINT LAKEHOUSE_TEST_S3_ACCESS_KEY LAKEHOUSE_TEST_S3_SECRET_KEY <&"${STORE[0]}"; then
    export LAKEHOUSE_TEST_S3_ENDPOINT LAKEHOUSE_TEST_S3_ACCESS_KEY LAKEHOUSE_TEST_S3_SECRET_KEY
  else
    cat "$results/s3.err" >&2 # the tests that need it fail by themselves
  fi
fi

for project in "${projects[@]}"; do
  echo "== $project"
  started=$SECONDS
  console=(--logger 'console;verbosity=minimal') settings=() longest=3600
  if [[ "$project" == EndToEnd.Tests ]]; then # what it measures is part of its result, and its way there is long
    console=(--logger 'console;verbosity=normal') settings=(-- xUnit.ShowLiveOutput=true) longest=5400
  fi
  within $longest dotnet test "tests/$project" --nologo --no-build --verbosity quiet \
    --logger "trx;LogFileName=$results/$project.trx" "${console[@]}" ${filter[@]+"${filter[@]}"} ${settings[@]+"${settings[@]}"}
  status=$?
  trx="$results/$project.trx"
  ok=$(count "$trx" passed 2>/dev/null) bad=$(count "$trx" failed 2>/dev/null) total=$(count "$trx" total 2>/dev/null)
  if [[ -z "$ok" || -z "$total" ]] || { [[ "$total" == 0 ]] && ((${#filter[@]} == 0)); }; then
    unsaid+=("$project: no results (exit $status); counted as a failure")
    echo "-- ${unsaid[-1]}"
    failed=$((failed + 1))
    continue
  fi
  passed=$((passed + ok)) failed=$((failed + bad))
  if [[ $status != 0 && $bad == 0 && $total != 0 ]]; then
    unsaid+=("$project: exit $status without a failed test; counted as a failure")
    echo "-- ${unsaid[-1]}"
    failed=$((failed + 1))
  fi
  echo "-- $project: $ok passed, $bad failed, $((SECONDS - started)) s"
  took+=("$project $((SECONDS - started)) s")
done
((${#took[@]} < 2)) || { all=$(printf ', %s' "${took[@]}"); echo "took: ${all:2}"; }
((failed == 0)) || say_failures
echo "$passed passed, $failed failed"
((failed == 0))

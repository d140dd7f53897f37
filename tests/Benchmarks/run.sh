#!/usr/bin/env bash
# Builds the benchmarks as the programs are built, measures, and writes docs/benchmarks.md. Options: --small (a quick look at whether all of
# it runs; writes to stdout), --only NAME[,NAME] (some scenarios, to stdout), --repeat N. LAKEHOUSE_BENCH: a folder for what they write (about 2 GB).
set -euo pipefail
cd "$(dirname "$0")/../.."

dotnet publish tests/Benchmarks/Benchmarks.csproj --configuration Release --runtime linux-x64 --self-contained false \
  --output out/bench --verbosity quiet -p:RestoreLockedMode=true -p:RunAnalyzers=false >&2

make --no-print-directory out/images/operator.tar >&2
tests/cluster/build-kubernetes.sh >/dev/null
folder=$(mktemp -d "${LAKEHOUSE_BENCH:-${TMPDIR:-/tmp}}/lakehouse-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
LAKEHOUSE_RUNNER="$PWD/out/bin/lakehouse-runner" LAKEHOUSE_SCRATCH="$folder/scratch" \
  out/bench/LakehouseOperator.Benchmarks measure --programs out/bin --folder "$folder" --page docs/benchmarks.md "$@"

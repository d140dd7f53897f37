#!/usr/bin/env bash
# Renders a Helm chart to standard output (render/main.go says how far). The program is kept outside the checkout, by the hash of its source.
#
#   tests/cluster/render.sh [--name NAME] [--namespace NAMESPACE] [--values FILE]... [--set path=YAML]... [--include-crds] CHART
#   tests/cluster/render.sh --prepare        only sees to it that the program is there
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
key=$(sha256sum <"$here/render/main.go" | cut -c1-16)
program=${XDG_CACHE_HOME:-$HOME/.cache}/lakehouse-operator/render/$key
if [[ ! -x "$program" ]]; then
  need=()
  command -v go >/dev/null || need+=(golang-go)
  for package in golang-github-masterminds-sprig-dev golang-github-xeipuuv-gojsonschema-dev golang-k8s-sigs-yaml-dev; do
    dpkg -s "$package" >/dev/null 2>&1 || need+=("$package")
  done
  if ((${#need[@]})); then
    [[ $(id -u) == 0 ]] || { echo "missing: ${need[*]}; install them (apt-get install ${need[*]}) and run again" >&2; exit 1; }
    echo "installing ${need[*]}" >&2
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
  fi
  mkdir -p "${program%/*}"
  # Against Debian's own packages, which lie in a GOPATH. It appears whole or not at all.
  (cd "$here/render" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' CGO_ENABLED=0 go build -o "$program.$$" main.go)
  mv "$program.$$" "$program"
fi
[[ "${1:-}" == --prepare ]] || exec "$program" "$@"

#!/usr/bin/env bash
# Builds Kubernetes 1.20.2, the oldest version that is supported, from the source package of Debian 12, once per machine:
#
#   tests/cluster/build-kubernetes.sh            prints the folder of the programs; builds them first where they are missing
#
# The programs are kept outside the checkout, under ${XDG_CACHE_HOME:-~/.cache}/lakehouse-operator/kubernetes-1.20.2/bin. They appear there whole or
# not at all, and two runs at once wait for each other. With two cores and nothing cached it takes about seven minutes; what a build that was ended early
# has compiled is found again by the next one. As root, what Debian has and the build needs is installed. Sourced by tests/prepare.sh as a program.
set -euo pipefail

readonly version='1.20.5+really1.20.2-1.1+deb12u1'
readonly components=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl)
# What the programs are made of; a change of it is a new build.
readonly recipe="$version 1 ${components[*]}"

home=${LAKEHOUSE_KUBERNETES_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/lakehouse-operator/kubernetes-1.20.2}
work=$home/build

built() { [[ "$(cat "$home/bin/.complete" 2>/dev/null)" == "$recipe" ]]; }

requirements() {
  local need=()
  command -v go >/dev/null || need+=(golang-go)
  command -v gcc >/dev/null || need+=(gcc)
  [[ -e /usr/include/stdlib.h ]] || need+=(libc6-dev)
  command -v dpkg-source >/dev/null || need+=(dpkg-dev)
  if ((${#need[@]})); then
    if [[ $(id -u) != 0 ]]; then
      echo "to build Kubernetes, install ${need[*]} (apt-get install ${need[*]}) and run again" >&2
      return 1
    fi
    echo "installing ${need[*]}" >&2
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
  fi
}

# apt-get with source packages, from the mirrors of the machine's own configuration, which stays as it is.
apt_sources() {
  local uri list=$work/sources.list
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u | while read -r uri; do
    case "$uri" in
      *security*) echo "deb-src $uri bookworm-security main" ;;
      */debian | */debian/) echo "deb-src $uri bookworm main" ;;
    esac
  done >"$list"
  [[ -s "$list" ]] || { echo "no mirror of Debian 12 is configured for apt" >&2; return 1; }
  mkdir -p "$work/lists/partial"
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root)
  "${apt[@]}" update
}

source_tree() {
  if [[ -d "$work/src" ]]; then return; fi
  local apt
  apt_sources
  rm -rf "$work/src.new"
  (cd "$work" && "${apt[@]}" --download-only source "kubernetes=$version" && dpkg-source --no-check -x kubernetes_*.dsc src.new >/dev/null)
  # reflect2 1.0.1, which the source carries, does not work with Go 1.18 and later: such an API server answers "labels": null and panics on JSON. Debian
  # has 1.0.2, which does.
  local reflect2=$work/src.new/vendor/github.com/modern-go/reflect2
  rm -rf "$work/reflect2" && mkdir -p "$work/reflect2"
  (cd "$work/reflect2" && apt-get -qq -o APT::Sandbox::User=root download golang-github-modern-go-reflect2-dev && dpkg-deb -x ./*.deb .)
  rm -f "$reflect2"/*.go "$reflect2"/*.s
  cp "$work"/reflect2/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$reflect2/"
  mv "$work/src.new" "$work/src"
}

# The one generated file that the source package lacks. Its inputs are the packages that upstream lists as +k8s:openapi-gen=true, without two examples.
generate_openapi() {
  local generated=pkg/generated/openapi/zz_generated.openapi.go packages
  if [[ -s "$generated" ]]; then return; fi
  go build -o "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
  packages=$(awk '/^tags_values_pkgs/ { on = 1 } /^tags_pkgs_values/ { on = 0 }
      on && /"true": \[/ { yes = 1 } on && yes && /^ *\]/ { yes = 0 }
      on && yes && /^ *"[a-z].*\/.*",/ { gsub(/[ ",]/, ""); print }' build/kazel_generated.bzl |
    grep -v -e 'k8s.io/code-generator' -e 'k8s.io/sample-apiserver' |
    sed -e 's,^staging/src/,vendor/,' -e 's,^,k8s.io/kubernetes/,' | sort -u | paste -sd,)
  "$work/openapi-gen" --logtostderr --go-header-file hack/boilerplate/boilerplate.generatego.txt \
    --output-file-base zz_generated.openapi.new --output-base "$GOPATH/src" --output-package k8s.io/kubernetes/pkg/generated/openapi \
    --report-filename "$work/api_violations.report" --input-dirs "$packages" 2>"$work/openapi-gen.log" || { tail -n 20 "$work/openapi-gen.log" >&2; return 1; }
  mv pkg/generated/openapi/zz_generated.openapi.new.go "$generated"
}

compile() {
  local package flags='-s -w' programs=()
  for package in component-base client-go/pkg; do
    package=k8s.io/kubernetes/vendor/k8s.io/$package/version
    flags+=" -X $package.gitVersion=v1.20.2 -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.gitTreeState=clean -X $package.gitCommit=debian"
  done
  for package in "${components[@]}"; do programs+=("k8s.io/kubernetes/cmd/$package"); done
  rm -rf "$home/bin.new" && mkdir -p "$home/bin.new"
  go build -ldflags "$flags" -o "$home/bin.new/" "${programs[@]}"
  # The program of the image that holds a pod's namespaces open.
  gcc -Os -Wall -static -s -DVERSION=1 -o "$home/bin.new/pause" build/pause/linux/pause.c
}

build() {
  local started=$SECONDS
  echo "building Kubernetes 1.20.2 in $home (once, several minutes)" >&2
  requirements
  mkdir -p "$work/gopath/src/k8s.io"
  source_tree
  # A tree of before the modules' time: the Go of Debian 12 builds it unchanged, by its path below GOPATH. Its cache ends with the build.
  export GO111MODULE=off GOPATH="$work/gopath" GOCACHE="$work/cache" CGO_ENABLED=0 GOFLAGS='' GOTOOLCHAIN=local
  ln -sfn "$work/src" "$GOPATH/src/k8s.io/kubernetes"
  cd "$GOPATH/src/k8s.io/kubernetes"
  generate_openapi
  compile
  cd "$home"
  printf '%s\n' "$recipe" >"$home/bin.new/.complete"
  rm -rf "$home/bin" && mv "$home/bin.new" "$home/bin"
  [[ -n "${LAKEHOUSE_KEEP_BUILD:-}" ]] || { chmod -R u+w "$work" && rm -rf "$work"; }
  echo "Kubernetes 1.20.2 was built in $((SECONDS - started)) s" >&2
}

if ! built; then
  mkdir -p "$home"
  exec 9>"$home/lock"
  flock 9
  built || build 9>&-
fi
echo "$home/bin"

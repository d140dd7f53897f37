# Sourced by the scripts that run tests: brings what the tests need beyond the SDK, on a bare Debian 12 as root too.
need=()
command -v zstd >/dev/null || need+=(zstd)
command -v redis-server >/dev/null || need+=(redis-server)
if [[ -z "${LAKEHOUSE_TEST_S3_ENDPOINT:-}" ]]; then
  command -v radosgw >/dev/null || need+=(radosgw)
  command -v ceph-mon >/dev/null || need+=(ceph-mon)
  command -v ceph-osd >/dev/null || need+=(ceph-osd)
  command -v ceph >/dev/null || need+=(ceph-common)
fi
command -v curl >/dev/null || need+=(curl)
[[ -e /usr/share/zoneinfo/Europe/Berlin ]] || need+=(tzdata)
if [[ -z "${KUBECONFIG:-}" ]]; then
  command -v etcd >/dev/null || need+=(etcd-server)
  command -v openssl >/dev/null || need+=(openssl)
fi
if ((${#need[@]})); then
  if [[ $(id -u) != 0 ]]; then
    echo "missing: ${need[*]}; install them (apt-get install ${need[*]}) and run again" >&2
    return 1
  fi
  echo "installing ${need[*]}" >&2
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null || return 1
fi

# Also where a cluster is given: its kubectl.
tests/cluster/build-kubernetes.sh >/dev/null || return 1

# Node packages are kept outside the checkout, by the hash of their lock file, so that a fresh clone finds them.
node_packages() { # folder with package.json and package-lock.json
  local key cache
  key=$(cat "$1/package.json" "$1/package-lock.json" | sha256sum | cut -c1-16)
  cache="${XDG_CACHE_HOME:-$HOME/.cache}/lakehouse-operator/npm/$key"
  if [[ ! -e "$cache/.complete" ]]; then
    echo "restoring node packages of $1" >&2
    mkdir -p "$cache" && cp "$1/package.json" "$1/package-lock.json" "$cache/" && [[ ! -e .npmrc ]] || cp .npmrc "$cache/"
    (cd "$cache" && npm ci --silent --no-progress) && touch "$cache/.complete" || return 1
  fi
  if [[ ! -e "$1/node_modules" ]]; then ln -sfn "$cache/node_modules" "$1/node_modules"; fi
}

for folder in tests/servers/*/; do
  [[ -e "$folder/package-lock.json" ]] || continue
  node_packages "${folder%/}" || return 1
done

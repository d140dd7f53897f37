#!/usr/bin/env bash
# Installs what node.sh needs of Debian 12, as root.
set -euo pipefail
need=()
want() { command -v "$1" >/dev/null || need+=("$2"); }
want etcd etcd-server
want containerd containerd
want runc runc
want iptables iptables
want conntrack conntrack
want socat socat
want ethtool ethtool
want dnsmasq dnsmasq-base
want jq jq
want curl curl
want openssl openssl
want ip iproute2
want sysctl procps
[[ -e /usr/lib/cni/bridge ]] || need+=(containernetworking-plugins)
((${#need[@]})) || exit 0
[[ $(id -u) == 0 ]] || { echo "missing: ${need[*]}; install them (apt-get install ${need[*]}) and run again" >&2; exit 1; }
echo "installing ${need[*]}" >&2
apt-get update -qq >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null

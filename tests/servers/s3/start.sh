#!/usr/bin/env bash
# Starts a Ceph object gateway (one monitor, one OSD that keeps everything in memory, and radosgw) on loopback, on free ports, and prints
#   ENDPOINT ACCESS_KEY SECRET_KEY
#
#   start.sh FOLDER [--attended] [--listen ADDRESS:PORT]
#
# FOLDER gets its files, `pids` and `s3.env`; stop.sh FOLDER ends the servers. --attended: the script stays, and the servers end when the script's standard input does,
# so that they outlive nobody. --listen: the gateway is reached there, for others than this machine. With LAKEHOUSE_TEST_S3_ENDPOINT set and no --listen, nothing is
# started: that store is printed.
set -euo pipefail
folder=${1:?usage: start.sh FOLDER [--attended] [--listen ADDRESS:PORT]}
shift
attended='' listen=''
while (($#)); do
  case "$1" in
    --attended) attended=--attended; shift ;;
    --listen) listen=$2; shift 2 ;;
    *) echo "start.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
if [[ -n "${LAKEHOUSE_TEST_S3_ENDPOINT:-}" && -z "$listen" ]]; then
  echo "$LAKEHOUSE_TEST_S3_ENDPOINT ${LAKEHOUSE_TEST_S3_ACCESS_KEY:?} ${LAKEHOUSE_TEST_S3_SECRET_KEY:?}"
  exit 0
fi

for program in ceph ceph-authtool ceph-mon ceph-osd monmaptool radosgw radosgw-admin curl; do
  command -v "$program" >/dev/null || { echo "start.sh: no $program; install radosgw, ceph-mon, ceph-osd, ceph-common and curl (tests/prepare.sh does), or set LAKEHOUSE_TEST_S3_ENDPOINT" >&2; exit 1; }
done

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
mkdir -p "$folder/mon" "$folder/osd" "$folder/rgw"
export CEPH_CONF="$folder/ceph.conf"
: >"$folder/pids"
access=$(tr -d - </proc/sys/kernel/random/uuid | cut -c1-20)
secret=$(tr -d - </proc/sys/kernel/random/uuid)

# By what is known here: whoever asked for the servers may have removed the folder meanwhile.
pids=()
stop() {
  local pid
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  pids=()
}

# Below the range from which the kernel takes ports of its own.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

configure() { # address and port of the gateway, port of the monitor
  cat >"$CEPH_CONF" <<CONF
[global]
fsid = $cluster
mon host = v2:127.0.0.1:$2/0
mon initial members = a
public network = 127.0.0.0/8
ms bind ipv6 = false
keyring = $folder/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail crit = 1
mon data avail warn = 2
run dir = $folder
log file = $folder/\$name.log
pid file = $folder/\$name.pid
admin socket = $folder/\$name.asok
erasure code dir = /usr/lib/x86_64-linux-gnu/ceph/erasure-code
[mon.a]
mon data = $folder/mon
mon cluster log file = $folder/cluster.log
[osd.0]
osd data = $folder/osd
osd objectstore = memstore
osd journal size = 100
memstore device bytes = 8589934592
osd class load list = *
osd class default list = *
osd max object name len = 460
[client.lake]
rgw data = $folder/rgw
rgw frontends = beast endpoint=$1 tcp_nodelay=1
rgw enable ops log = false
rgw enable usage log = false
rgw multipart min part size = 5242880
CONF
}

launch() { # name of the log, command...
  "${@:2}" </dev/null >"$folder/$1.out" 2>&1 &
  pids+=($!)
  echo $! >>"$folder/pids"
}

keys() {
  ceph-authtool --create-keyring "$folder/keyring" --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$folder/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  ceph-authtool "$folder/keyring" --gen-key -n client.lake --cap mon 'allow rw' --cap osd 'allow rwx'
  ceph-authtool "$folder/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
}

pools() {
  local pool
  for pool in default.rgw.buckets.index default.rgw.buckets.data default.rgw.buckets.non-ec; do
    timeout 60 ceph osd pool create "$pool" 4 4
    timeout 60 ceph osd pool application enable "$pool" rgw
  done
} >/dev/null 2>&1

begin() {
  local gateway=$1 monitor=$2
  cluster=$(cat /proc/sys/kernel/random/uuid)
  local disk
  disk=$(cat /proc/sys/kernel/random/uuid)
  configure "$gateway" "$monitor"
  keys >/dev/null
  monmaptool --create --fsid "$cluster" --addv a "[v2:127.0.0.1:$monitor]" "$folder/monmap" >/dev/null
  ceph-mon --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring"
  launch mon ceph-mon -f -i a
  ceph-osd -i 0 --mkfs --osd-uuid "$disk" >"$folder/mkfs.out" 2>&1
  timeout 60 ceph osd new "$disk" 0 >/dev/null 2>&1 || return 1
  launch osd ceph-osd -f -i 0
  for _ in $(seq 300); do timeout 60 ceph osd stat 2>/dev/null | grep -q '1 up' && break; sleep 0.3; done
  pools & # beside the first user, for which the gateway's own pools are made
  local making=$!
  timeout 120 radosgw-admin -n client.lake user create --uid=lake --display-name=lake --access-key="$access" --secret-key="$secret" >"$folder/user.json" 2>"$folder/user.err" || return 1
  wait "$making" || true
  launch rgw radosgw -n client.lake -f
  for _ in $(seq 600); do
    kill -0 "${pids[-1]}" 2>/dev/null || return 1
    curl -s -o /dev/null "http://$gateway/" && return 0
    sleep 0.1
  done
  return 1
}

for attempt in 1 2 3; do
  gateway=${listen:-127.0.0.1:$(free_port)}
  if begin "$gateway" "$(free_port)"; then
    echo "http://$gateway $access $secret" | tee "$folder/s3.env"
    if [[ "$attended" == --attended ]]; then
      exec 1>&-
      cat >/dev/null || true
      stop
    fi
    exit 0
  fi
  stop
  : >"$folder/pids"
  rm -rf "$folder/mon" "$folder/osd" "$folder/rgw" "$folder/keyring" "$folder/monmap"
  mkdir -p "$folder/mon" "$folder/osd" "$folder/rgw"
done
echo "start.sh: the gateway does not start; its logs are in $folder" >&2
tail -n 5 "$folder"/*.out >&2 || true
exit 1

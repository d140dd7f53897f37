#!/usr/bin/env bash
# A Kubernetes cluster of one real node (control plane with scheduler, containerd, runc, kubelet, kube-proxy, DNS) in network, mount, process and host name spaces of
# its own: nothing is added to the machine's network, and its settings stay as they are. Root only.
#
#   node.sh start FOLDER [--attended] [--forward ADDRESS:PORT]...   prints, once the node is Ready: KUBECONFIG [PORT]...
#   node.sh load  FOLDER ARCHIVE...        imports images
#   node.sh exec  FOLDER -- COMMAND...     runs a command inside
#   node.sh stop  FOLDER
#
# FOLDER gets everything, and the logs. KUBECONFIG reaches the API server from the machine's own loopback, through a port that is forwarded; each --forward gets one too.
# --attended: the script stays, and all of it ends when its standard input does, FOLDER too. Inside, 10.89.0.2 is the node, and 10.89.0.3 is free for servers that pods use.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage='usage: node.sh start FOLDER [--attended] [--forward ADDRESS:PORT]... | load FOLDER ARCHIVE... | exec FOLDER -- COMMAND... | stop FOLDER'
action=${1:?$usage} folder=$(realpath -m "${2:?$usage}")
shift 2
readonly node=node1 address=10.89.0.2 servers=10.89.0.3 pods=10.244.0.0/16 socket=/run/containerd/containerd.sock cgroups=/sys/fs/cgroup

inside() { nsenter -t "$(cat "$folder/init.pid")" -m -n -p -u -- env KUBECONFIG="$folder/control-plane/admin.kubeconfig" CONTAINERD_ADDRESS=$socket "$@"; }
gone() { [[ ! -d "/proc/$1" ]] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

# ---- within the node's own spaces ----

mounts() {
  local part setting
  mount --make-rshared /
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/containerd /run/lock /run/netns
  for part in lib/kubelet lib/cni log/pods log/containers; do
    mkdir -p "$folder/var/$part" "/var/$part"
    mount --bind "$folder/var/$part" "/var/$part"
  done
  # The kubelet sets these for the whole machine: here it sets files.
  mkdir -p "$folder/sysctl"
  for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    cat "/proc/sys/$setting" >"$folder/sysctl/${setting//\//.}"
    mount --bind "$folder/sysctl/${setting//\//.}" "/proc/sys/$setting"
  done
}

network() {
  ip link set lo up
  ip link add node0 type veth peer name node0p # not every kernel has dummy devices
  ip link set node0p up
  ip addr add "$address/24" dev node0
  ip addr add "$servers/24" dev node0
  ip link set node0 up
  ip route add default via "${address%.*}.1" dev node0
  sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1
  sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true # where bridges have a switch for it
}

member() { # name, subject, alternative names: a certificate and a kubeconfig of a part of the node
  local pki=$folder/control-plane/pki admin=$folder/control-plane/admin.kubeconfig
  openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key" 2>/dev/null
  openssl req -new -key "$pki/$1.key" -subj "$2" 2>/dev/null | openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 \
    -extfile <(printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth,serverAuth\nsubjectAltName=%s\n' "$3") -out "$pki/$1.crt" 2>/dev/null
  sed -e "s,client-certificate-data: [^,}]*,client-certificate-data: $(base64 -w0 "$pki/$1.crt")," \
    -e "s,client-key-data: [^,}]*,client-key-data: $(base64 -w0 "$pki/$1.key")," "$admin" >"$folder/$1.kubeconfig"
}

# Overlays where the folder's own file system takes them, copies where it does not (itself an overlay).
snapshotter() {
  local try=$folder/try kind=native
  mkdir -p "$try"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" "$try/merged" 2>/dev/null; then
    umount "$try/merged"
    kind=overlayfs
  fi
  rm -rf "$try"
  echo "$kind"
}

start_containerd() {
  mkdir -p "$folder/cni"
  cat >"$folder/cni/10-bridge.conflist" <<CONFIG
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "/var/lib/cni/networks"}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
CONFIG
  # restrict_oom_score_adj: root of a container or of a small machine may lack the right to lower it.
  cat >"$folder/containerd.toml" <<CONFIG
version = 2
root = "$folder/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "$socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.local/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$(snapshotter)"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
CONFIG
  setsid containerd --config "$folder/containerd.toml" </dev/null >"$folder/containerd.log" 2>&1 &
  until ctr -a $socket version >/dev/null 2>&1; do sleep 0.1; done
  ctr -a $socket -n k8s.io images import "$folder/pause.tar" >/dev/null
}

start_kubelet() {
  local pki=$folder/control-plane/pki
  cat >"$folder/kubelet.yaml" <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $address
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
cgroupDriver: cgroupfs
cgroupRoot: $(cat "$folder/cgroup")
enforceNodeAllocatable: [pods]
failSwapOn: false
hairpinMode: none
resolvConf: ""
clusterDNS: [$address]
clusterDomain: cluster.local
nodeStatusUpdateFrequency: 2s
nodeStatusReportFrequency: 10s
syncFrequency: 10s
tlsCertFile: $pki/kubelet.crt
tlsPrivateKeyFile: $pki/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
oomScoreAdj: 0
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
CONFIG
  setsid "$bin/kubelet" --config="$folder/kubelet.yaml" --kubeconfig="$folder/kubelet.kubeconfig" --hostname-override=$node --node-ip=$address \
    --container-runtime=remote --container-runtime-endpoint="unix://$socket" --runtime-cgroups="$(cat "$folder/cgroup")" --kubelet-cgroups="" \
    --root-dir=/var/lib/kubelet --v=2 </dev/null >"$folder/kubelet.log" 2>&1 &
}

start_proxy() {
  cat >"$folder/kube-proxy.yaml" <<CONFIG
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
bindAddress: $address
healthzBindAddress: ""
metricsBindAddress: 127.0.0.1:10249
clusterCIDR: $pods
hostnameOverride: $node
clientConnection: {kubeconfig: $folder/kube-proxy.kubeconfig}
iptables: {minSyncPeriod: 0s}
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
CONFIG
  setsid "$bin/kube-proxy" --config="$folder/kube-proxy.yaml" </dev/null >"$folder/kube-proxy.log" 2>&1 &
}

# Debian has no CoreDNS: dnsmasq, with a hosts file kept from the Services (those without an address of their own: from their Endpoints).
start_dns() {
  local names=$folder/dns-hosts dns
  : >"$names"
  setsid dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= --listen-address=$address --bind-interfaces --no-resolv --no-hosts \
    --addn-hosts="$names" --local=/cluster.local/ --local-ttl=1 </dev/null >"$folder/dns.log" 2>&1 &
  dns=$!
  keep_names "$names" "$dns" </dev/null >/dev/null 2>"$folder/dns-names.log" &
}

keep_names() { # file, process of dnsmasq
  local pki=$folder/control-plane/pki server
  server=$(sed -nE 's/.*server: "([^"]*)".*/\1/p' "$folder/control-plane/admin.kubeconfig")
  ask() { curl -fsS --max-time 5 --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "$server/api/v1/$1"; }
  while :; do
    if jq -n -r --argjson services "$(ask services)" --argjson endpoints "$(ask endpoints)" '
        ($services.items | map({key: "\(.metadata.namespace)/\(.metadata.name)", value: .spec.clusterIP}) | from_entries) as $addresses
        | ($services.items[] | select(.spec.clusterIP // "None" | . != "None") | "\(.spec.clusterIP) \(.metadata.name).\(.metadata.namespace).svc.cluster.local"),
          ($endpoints.items[] | .metadata as $meta | select($addresses["\($meta.namespace)/\($meta.name)"] == "None") | .subsets[]? | .addresses[]?
            | "\(.ip) \($meta.name).\($meta.namespace).svc.cluster.local", (select(.hostname) | "\(.ip) \(.hostname).\($meta.name).\($meta.namespace).svc.cluster.local"))' \
        >"$1.new" && ! cmp -s "$1.new" "$1"; then
      cat "$1.new" >"$1"
      kill -HUP "$2"
    fi
    sleep 1
  done
}

# The first process of the node's spaces: with it ends everything in them.
init() {
  bin=$("$here/build-kubernetes.sh")
  mounts
  hostname $node
  network
  "$here/control-plane.sh" start "$folder/control-plane" --bind $address --scheduler >/dev/null
  member kubelet "/O=system:nodes/CN=system:node:$node" "DNS:$node,IP:$address"
  member kube-proxy /CN=system:kube-proxy DNS:kube-proxy
  start_containerd
  start_kubelet
  start_proxy
  start_dns
  touch "$folder/started"
  while :; do sleep 3600 & wait $! || true; done # reaps what has lost its parent
}

# ---- on the machine ----

requirements() {
  local program missing=()
  [[ $(id -u) == 0 ]] || { echo "node.sh: a node needs root" >&2; return 1; }
  for program in containerd runc iptables conntrack socat ethtool dnsmasq jq curl etcd openssl unshare nsenter setpriv ip sysctl; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ -e /usr/lib/cni/bridge ]] || missing+=(containernetworking-plugins)
  ((${#missing[@]} == 0)) || { echo "node.sh: missing ${missing[*]} (tests/cluster/prepare-node.sh installs them)" >&2; return 1; }
}

# Of a node whose script was killed: its processes went with it, its groups are left. Younger ones without a process may be those of a node that is about to start.
cgroup_sweep() {
  local left
  for left in $cgroups/lakehouse-node-* $cgroups/*/lakehouse-node-*; do
    [[ -d "$left" && -n "$(find "$left" -maxdepth 0 -mmin +30)" ]] || continue
    [[ -n "$(find "$left" -name cgroup.procs -exec cat {} + 2>/dev/null | head -n 1)" ]] || find "$left" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
}

cgroup_begin() {
  local name controller
  cgroup_sweep
  name=/lakehouse-node-$(tr -d - </proc/sys/kernel/random/uuid | cut -c1-12)
  echo "$name" >"$folder/cgroup"
  if [[ -e $cgroups/cgroup.controllers ]]; then # version 2: one tree
    for controller in $(cat $cgroups/cgroup.controllers); do echo "+$controller" >$cgroups/cgroup.subtree_control 2>/dev/null || true; done
    mkdir -p "$cgroups$name"
    return
  fi
  for controller in $cgroups/*/; do mkdir -p "${controller%/}$name" 2>/dev/null || true; done
  if [[ -d $cgroups/cpuset$name ]]; then
    cat $cgroups/cpuset/cpuset.cpus >"$cgroups/cpuset$name/cpuset.cpus"
    cat $cgroups/cpuset/cpuset.mems >"$cgroups/cpuset$name/cpuset.mems"
  fi
}

cgroup_end() {
  local name tree
  name=$(cat "$folder/cgroup" 2>/dev/null) || return 0
  for tree in $cgroups$name $cgroups/*$name; do
    for _ in $(seq 100); do # processes that were killed are on their way out
      [[ -d "$tree" ]] || break
      find "$tree" -depth -type d -exec rmdir {} \; 2>/dev/null || true
      [[ ! -d "$tree" ]] || sleep 0.1
    done
  done
  rm -f "$folder/cgroup"
}

guarded() { # command... in the background; where somebody attends, it does not outlive this script
  local guard=()
  [[ -z "$attended" ]] || guard=(setpriv --pdeathsig KILL --)
  setsid "${guard[@]}" "$@" </dev/null &
  echo $! >>"$folder/pids"
}

forward() { # address and port inside: a port of the machine's loopback, in `port`. Not in a shell of its own, with which what it starts would end
  local try
  for _ in $(seq 20); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    guarded socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "EXEC:nsenter -t $(cat "$folder/init.pid") -n -- socat STDIO TCP\\:${1/:/\\:}" >"$folder/forward.log" 2>&1
    for try in $(seq 50); do
      gone "$(tail -n 1 "$folder/pids")" && break
      [[ $(grep -c ":$(printf '%04X' "$port") 00000000:0000 0A" /proc/net/tcp) == 0 ]] || return 0
      sleep 0.02
    done
  done
  return 1
}

ready() {
  inside "$bin/kubectl" --cache-dir "$folder/kubectl" get node $node -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null | grep -q True
}

begin() {
  local init_pid='' unshared deadline=$((SECONDS + 400))
  "$here/images.sh" "$folder" >/dev/null
  cgroup_begin
  guarded unshare --mount --net --pid --uts --fork --mount-proc --propagation slave --kill-child "$0" init "$folder" >"$folder/init.log" 2>&1
  unshared=$(tail -n 1 "$folder/pids")
  until [[ -n "$init_pid" ]]; do
    gone "$unshared" && { cat "$folder/init.log" >&2; return 1; }
    init_pid=$(tr -d ' ' <"/proc/$unshared/task/$unshared/children" 2>/dev/null || true)
    sleep 0.05
  done
  echo "$init_pid" >"$folder/init.pid"
  until [[ -e "$folder/started" ]] && ready; do
    if gone "$unshared" || ((SECONDS > deadline)); then
      echo "node.sh: the node does not become Ready; its logs end with:" >&2
      tail -n 5 "$folder"/init.log "$folder"/kubelet.log >&2 || true
      return 1
    fi
    sleep 0.2
  done
}

stop() {
  local pid
  trap '' INT TERM HUP # whoever is impatient would leave something behind
  for pid in $(cat "$folder/init.pid" "$folder/pids" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done # the first process takes the whole space with it
  for pid in $(cat "$folder/init.pid" "$folder/pids" 2>/dev/null); do until gone "$pid"; do sleep 0.02; done; done
  rm -f "$folder/init.pid" "$folder/pids"
  cgroup_end
  [[ -z "${attended:-}" ]] || rm -rf "$folder"
}

start() {
  local forwards=() said target server port
  attended=''
  while (($#)); do
    case "$1" in
      --attended) attended=yes; shift ;;
      --forward) forwards+=("$2"); shift 2 ;;
      *) echo "$usage" >&2; exit 2 ;;
    esac
  done
  requirements
  bin=$("$here/build-kubernetes.sh")
  rm -rf "$folder" && mkdir -p "$folder"
  : >"$folder/pids"
  trap stop EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT HUP
  begin
  server=$(sed -nE 's,.*server: "https://([^"]*)".*,\1,p' "$folder/control-plane/admin.kubeconfig")
  forward "$server"
  sed "s,$server,127.0.0.1:$port," "$folder/control-plane/admin.kubeconfig" >"$folder/admin.kubeconfig"
  said=("$folder/admin.kubeconfig")
  for target in ${forwards[@]+"${forwards[@]}"}; do forward "$target" && said+=("$port"); done
  echo "${said[*]}"
  if [[ -z "$attended" ]]; then trap - EXIT; exit 0; fi
  exec 1>&-
  cat >/dev/null || true
}

case "$action" in
  init) init ;;
  start) start "$@" ;;
  exec) [[ "${1:-}" != -- ]] || shift; inside "$@" ;;
  load) for archive in "$@"; do inside ctr -n k8s.io images import "$(realpath "$archive")" >/dev/null; done ;;
  stop) stop ;;
  *) echo "$usage" >&2; exit 2 ;;
esac

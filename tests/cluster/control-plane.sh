#!/usr/bin/env bash
# Starts a Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager; RBAC on) on loopback, on free ports, and prints the path of an
# administrator's kubeconfig.
#
#   control-plane.sh start FOLDER [--attended] [--bind ADDRESS] [--scheduler] [--audit] [--crds FOLDER]
#   control-plane.sh stop FOLDER
#
# FOLDER gets the servers' files and `pids`. --attended: the script stays, and the servers end when its standard input does, so that they outlive nobody.
# --bind: what the API server listens on beside being reached by; --scheduler: a kube-scheduler too (an executor of the tests binds pods by itself);
# --audit: every request in FOLDER/audit.log; --crds: applied before the controller-manager starts, whose garbage collector else learns of them 30 s late.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage='usage: control-plane.sh start FOLDER [--attended] [--bind ADDRESS] [--scheduler] [--audit] [--crds FOLDER] | stop FOLDER'
action=${1:?$usage} folder=${2:?$usage}
shift 2
attended='' bind=127.0.0.1 scheduler='' audit='' crds=()
while (($#)); do
  case "$1" in
    --attended) attended=yes; shift ;;
    --bind) bind=$2; shift 2 ;;
    --scheduler) scheduler=yes; shift ;;
    --audit) audit=yes; shift ;;
    --crds) crds+=("$2"); shift 2 ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done
readonly services=10.96.0.0/16 first_service=10.96.0.1

gone() { [[ ! -d "/proc/$1" ]] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; } # a zombie that its parent has yet to reap is gone

# At once and hard: what they know ends with them.
stop() {
  local pid
  for pid in $(tac "$folder/pids" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in $(tac "$folder/pids" 2>/dev/null); do
    until gone "$pid"; do sleep 0.02; done
    wait "$pid" 2>/dev/null || true
  done
  rm -f "$folder/pids"
}

if [[ "$action" == stop ]]; then stop; exit 0; fi
[[ "$action" == start ]] || { echo "$usage" >&2; exit 2; }
for program in etcd openssl curl setpriv; do
  command -v "$program" >/dev/null || { echo "control-plane.sh: no $program; install etcd-server, openssl, curl and util-linux (tests/prepare.sh does)" >&2; exit 1; }
done
bin=$("$here/build-kubernetes.sh")
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
pki=$folder/pki

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key" 2>/dev/null; }

certificate() { # name, subject, alternative names: a key and what the authority says of it
  local extensions=$'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,serverAuth'
  [[ -z "${3:-}" ]] || extensions+=$'\n'"subjectAltName=$3"
  key "$1"
  openssl req -new -key "$pki/$1.key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 3650 -extfile <(echo "$extensions") -out "$pki/$1.crt" 2>/dev/null
}

certificates() {
  mkdir -p "$pki"
  key ca
  openssl req -x509 -new -key "$pki/ca.key" -subj /CN=kubernetes-ca -days 3650 -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature -out "$pki/ca.crt" 2>/dev/null
  certificate apiserver /CN=kube-apiserver \
    "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$bind,IP:$first_service"
  certificate admin /O=system:masters/CN=admin
  certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
  certificate front-proxy /CN=front-proxy-client
  certificate controller-manager /CN=system:kube-controller-manager
  [[ -z "$scheduler" ]] || certificate scheduler /CN=system:kube-scheduler
  openssl genrsa -out "$pki/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$pki/accounts.key" -pubout -out "$pki/accounts.pub" 2>/dev/null
}

kubeconfig() { # name of the certificate
  cat >"$folder/$1.kubeconfig" <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: cluster, cluster: {server: "https://$bind:$port", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$pki/$1.crt"), client-key-data: $(base64 -w0 "$pki/$1.key")}}]
contexts: [{name: tests, context: {cluster: cluster, user: $1}}]
current-context: tests
CONFIG
}

# Below the range from which the kernel takes ports of its own.
free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

launch() { # name of the log, command... ; where somebody attends, it does not outlive this script, however that ends
  local guard=()
  [[ -z "$attended" ]] || guard=(setpriv --pdeathsig KILL --)
  setsid "${guard[@]}" "${@:2}" </dev/null >"$folder/$1.log" 2>&1 &
  pid=$!
  echo "$pid" >>"$folder/pids"
}

await() { # name of the log of what must live, command...
  local deadline=$((SECONDS + 120))
  until "${@:2}" >/dev/null 2>&1; do
    if gone "$pid" || ((SECONDS > deadline)); then
      echo "control-plane.sh: $1 does not become ready; its log ends with:" >&2
      tail -n 8 "$folder/$1.log" >&2
      return 1
    fi
    sleep 0.2
  done
}

ask() { curl -fsS --max-time 5 --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "https://$bind:$port$1"; }

start_etcd() {
  local peers
  etcd=$(free_port) peers=$(free_port)
  launch etcd etcd --name tests --unsafe-no-fsync --data-dir "$folder/etcd" --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$peers" --initial-advertise-peer-urls "http://127.0.0.1:$peers" --initial-cluster "tests=http://127.0.0.1:$peers"
  await etcd curl -fsS "http://127.0.0.1:$etcd/health"
}

start_apiserver() {
  local more=() reconciler=lease
  [[ "$bind" != 127.* ]] || reconciler=none # Endpoints refuse a loopback address
  if [[ -n "$audit" ]]; then
    echo '{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]}' >"$folder/audit.json"
    more+=(--audit-policy-file="$folder/audit.json" --audit-log-path="$folder/audit.log" --audit-log-mode=batch --audit-log-maxsize=10000)
  fi
  port=$(free_port)
  launch apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address="$bind" --advertise-address="$bind" --secure-port="$port" \
    --endpoint-reconciler-type="$reconciler" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --kubelet-client-certificate="$pki/kubelet-client.crt" --kubelet-client-key="$pki/kubelet-client.key" --kubelet-certificate-authority="$pki/ca.crt" \
    --kubelet-preferred-address-types=InternalIP,Hostname \
    --requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy-client --requestheader-username-headers=X-Remote-User \
    --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-key-file="$pki/accounts.pub" \
    --service-account-signing-key-file="$pki/accounts.key" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --service-cluster-ip-range="$services" --profiling=false "${more[@]}"
  kubeconfig admin
  await apiserver ask /readyz
}

apply_crds() {
  local path
  for path in "${crds[@]}"; do
    "$bin/kubectl" --kubeconfig "$folder/admin.kubeconfig" --cache-dir "$folder/kubectl" apply -f "$path" >/dev/null || return 1
    "$bin/kubectl" --kubeconfig "$folder/admin.kubeconfig" --cache-dir "$folder/kubectl" wait --for=condition=Established --timeout=60s -f "$path" >/dev/null || return 1
  done
}

# Without --allocate-node-cidrs: that controller begins by sleeping 10 s.
start_controller_manager() {
  kubeconfig controller-manager
  launch controller-manager "$bin/kube-controller-manager" --kubeconfig="$folder/controller-manager.kubeconfig" \
    --authentication-kubeconfig="$folder/controller-manager.kubeconfig" --authorization-kubeconfig="$folder/controller-manager.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$(free_port)" --port=0 --leader-elect=false --use-service-account-credentials=true \
    --service-account-private-key-file="$pki/accounts.key" --root-ca-file="$pki/ca.crt" --cluster-signing-cert-file="$pki/ca.crt" \
    --cluster-signing-key-file="$pki/ca.key" --kube-api-qps=300 --kube-api-burst=600 --service-cluster-ip-range="$services"
  await controller-manager ask /api/v1/namespaces/default/serviceaccounts/default
}

start_scheduler() {
  local secure
  secure=$(free_port)
  kubeconfig scheduler
  launch scheduler "$bin/kube-scheduler" --kubeconfig="$folder/scheduler.kubeconfig" --authentication-kubeconfig="$folder/scheduler.kubeconfig" \
    --authorization-kubeconfig="$folder/scheduler.kubeconfig" --bind-address=127.0.0.1 --secure-port="$secure" --port=0 --leader-elect=false
  await scheduler curl -fsSk "https://127.0.0.1:$secure/healthz"
}

# In order: before the API server's own roles exist, the controller-manager ends at once.
begin() { start_etcd && start_apiserver && apply_crds && start_controller_manager && { [[ -z "$scheduler" ]] || start_scheduler; }; }

umask 077
trap stop EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
certificates
for attempt in 1 2 3; do # a port may be taken between the look at it and its use
  rm -rf "$folder/etcd" "$folder/audit.log" && : >"$folder/pids"
  if begin; then
    echo "$folder/admin.kubeconfig"
    if [[ -z "$attended" ]]; then trap - EXIT; exit 0; fi
    exec 1>&-
    cat >/dev/null || true
    exit 0
  fi
  stop
done
exit 1

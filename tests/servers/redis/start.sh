#!/usr/bin/env bash
# Starts redis-server on loopback, on a free port, keeping nothing on disk, and prints its URL.
#
#   start.sh FOLDER [--port PORT] [--attended] [--tls CERTIFICATE KEY CA] [-- OPTION VALUE...]
#
# FOLDER gets redis.pid, redis.log and redis.url; stop.sh FOLDER ends the server. --attended: the script stays, and the server ends when the script's standard
# input does, so that no server outlives whoever started it. What follows -- goes to redis-server as it is.
# With LAKEHOUSE_TEST_REDIS set and no options, nothing is started: that server's URL is printed.
set -euo pipefail
folder=${1:?usage: start.sh FOLDER [--port PORT] [--attended] [--tls CERTIFICATE KEY CA] [-- OPTION VALUE...]}
shift
if [[ -n "${LAKEHOUSE_TEST_REDIS:-}" && $# == 0 ]]; then
  echo "$LAKEHOUSE_TEST_REDIS"
  exit 0
fi

port='' attended='' scheme=redis
tls=()
while (($#)); do
  case "$1" in
    --port) port=$2; shift 2 ;;
    --attended) attended=yes; shift ;;
    --tls) tls=(--tls-cert-file "$2" --tls-key-file "$3" --tls-ca-cert-file "$4" --tls-auth-clients no); scheme=rediss; shift 4 ;;
    --) shift; break ;;
    *) echo "start.sh: unknown option $1" >&2; exit 2 ;;
  esac
done

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

launch() { # port
  local listen=(--port "$1")
  ((${#tls[@]})) && listen=(--port 0 --tls-port "$1" "${tls[@]}")
  redis-server --bind 127.0.0.1 "${listen[@]}" --save '' --appendonly no --daemonize no --dir "$folder" --logfile "$folder/redis.log" \
    --pidfile "$folder/redis.pid" --protected-mode no "${@:2}" </dev/null >>"$folder/redis.log" 2>&1 &
  pid=$!
  # Ready is said in the log; a port that is taken ends the server.
  while kill -0 "$pid" 2>/dev/null; do
    grep -q "Ready to accept connections" "$folder/redis.log" 2>/dev/null && return 0
    sleep 0.02
  done
  return 1
}

# Below the range from which the kernel takes ports of its own.
attempts=20
[[ -n "$port" ]] && attempts=1
for ((attempt = 1; attempt <= attempts; attempt++)); do
  candidate=${port:-$((20000 + (RANDOM * 32768 + RANDOM) % 12000))}
  : >"$folder/redis.log"
  if launch "$candidate" "$@"; then
    echo "$pid" >"$folder/redis.pid"
    echo "$scheme://127.0.0.1:$candidate/0" >"$folder/redis.url"
    cat "$folder/redis.url"
    if [[ -n "$attended" ]]; then
      cat >/dev/null || true
      kill "$pid" 2>/dev/null || true
      wait "$pid" 2>/dev/null || true
    fi
    exit 0
  fi
  wait "$pid" 2>/dev/null || true
done
echo "start.sh: redis-server does not start; its log ends with:" >&2
tail -n 5 "$folder/redis.log" >&2
exit 1

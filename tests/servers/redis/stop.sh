#!/usr/bin/env bash
# Ends the server that start.sh FOLDER started, by its pid, and waits until it is gone.
set -euo pipefail
folder=${1:?usage: stop.sh FOLDER}
[[ -e "$folder/redis.pid" ]] || exit 0
pid=$(<"$folder/redis.pid")
# A pid may have been given to another program meanwhile.
if [[ -r "/proc/$pid/cmdline" ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q '^redis-server'; then
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
fi
rm -f "$folder/redis.pid"

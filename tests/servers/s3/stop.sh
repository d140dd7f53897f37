#!/usr/bin/env bash
# Ends the servers that start.sh FOLDER started, by their pids. What they held was in memory.
set -euo pipefail
folder=${1:?usage: stop.sh FOLDER}
[[ -e "$folder/pids" ]] || exit 0
tac "$folder/pids" | while read -r pid; do
  # A pid may have been given to another program meanwhile.
  if [[ -r "/proc/$pid/cmdline" ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qE '^(ceph-mon|ceph-osd|radosgw) '; then
    kill -9 "$pid" 2>/dev/null || true
  fi
done
: >"$folder/pids"

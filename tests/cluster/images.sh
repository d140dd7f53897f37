#!/usr/bin/env bash
# Makes the images that a node needs beside ours: pause.tar, which holds a pod's spaces open, and busybox.tar, a shell for tests.
#
#   tests/cluster/images.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: images.sh FOLDER}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v busybox >/dev/null || { echo "images.sh: no busybox; install busybox-static (tests/cluster/prepare-node.sh does)" >&2; exit 1; }
bin=$("$here/build-kubernetes.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/pause" "$work"/busybox/{bin,tmp,etc,usr,var}
cp "$bin/pause" "$work/pause/pause"
cp "$(command -v busybox)" "$work/busybox/bin/busybox"
for applet in $(busybox --list); do [[ "$applet" == busybox ]] || ln -sf busybox "$work/busybox/bin/$applet"; done
printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$work/busybox/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$work/busybox/etc/group"
chmod 1777 "$work/busybox/tmp"
"$here/../../eng/images/image.sh" k8s.local/pause:1 "$folder/pause.tar" --entrypoint /pause "$work/pause"
"$here/../../eng/images/image.sh" k8s.local/busybox:1 "$folder/busybox.tar" --command /bin/sh "$work/busybox"

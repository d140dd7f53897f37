#!/usr/bin/env bash
# Makes the images that a node needs beside ours: pause.tar, which holds a pod's spaces open, and busybox.tar, a shell for tests.
#
#   tests/cluster/images.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: images.sh FOLDER}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$("$here/build-kubernetes.sh")
images=$here/../../eng/images
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/pause"
cp "$bin/pause" "$work/pause/pause"
"$images/image.sh" k8s.local/pause:1 "$folder/pause.tar" --entrypoint /pause "$work/pause"
# The busybox that is linked with the C library: the static one cannot look up names.
"$images/base.sh" "$work/busybox" busybox
for applet in $("$work/busybox/bin/busybox" --list); do [[ "$applet" == busybox ]] || ln -sf busybox "$work/busybox/bin/$applet"; done
"$images/image.sh" k8s.local/busybox:1 "$folder/busybox.tar" --command /bin/sh "$work/busybox"

#!/usr/bin/env bash
# Makes an OCI image archive out of folders, without a registry and without a builder. The same folders give the same digest: files belong to root, have no time, and
# come in order.
#
#   eng/images/image.sh NAME ARCHIVE [--entrypoint PATH] [--command WORD]... [--user UID:GID] [--env NAME=VALUE]... [--label NAME=VALUE]... FOLDER...
#
# Each folder becomes a layer. Import with `ctr -n k8s.io images import ARCHIVE`, `skopeo copy oci-archive:ARCHIVE docker://...` or `podman load -i ARCHIVE`.
set -euo pipefail
name=${1:?usage: image.sh NAME ARCHIVE [OPTION VALUE]... FOLDER...} archive=${2:?usage}
shift 2
entrypoint='' user='' command=() env=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin) labels=() folders=()
while (($#)); do
  case "$1" in
    --entrypoint) entrypoint=$2; shift 2 ;;
    --command) command+=("$2"); shift 2 ;;
    --user) user=$2; shift 2 ;;
    --env) env+=("$2"); shift 2 ;;
    --label) labels+=("$2"); shift 2 ;;
    *) folders+=("$1"); shift ;;
  esac
done
((${#folders[@]})) || { echo "image.sh: an image has at least one folder" >&2; exit 2; }

work=$(mktemp -d "$archive.XXXXXX")
trap 'rm -rf "$work"' EXIT
blobs=$work/layout/blobs/sha256
mkdir -p "$blobs"

same=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu)
quote() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }
join() { local IFS=,; echo "$*"; }
list() { local word quoted=(); for word in "$@"; do quoted+=("$(quote "$word")"); done; echo "[$(join "${quoted[@]}")]"; }
# Puts a file among the blobs, and prints its digest.
blob() { local digest; digest=$(sha256sum <"$1" | cut -d' ' -f1); mv "$1" "$blobs/$digest"; echo "$digest"; }
described() { echo "\"mediaType\":\"$1\",\"digest\":\"sha256:$2\",\"size\":$(stat -c %s "$blobs/$2")"; }

layers=() diffs=() unpacked=0
for folder in "${folders[@]}"; do
  mapfile -t entries < <(cd "$folder" && LC_ALL=C ls -A | LC_ALL=C sort)
  tar "${same[@]}" -C "$folder" -cf "$work/layer" -- "${entries[@]}"
  diffs+=("$(quote "sha256:$(sha256sum <"$work/layer" | cut -d' ' -f1)")")
  unpacked=$((unpacked + $(stat -c %s "$work/layer")))
  gzip --no-name "$work/layer"
  digest=$(blob "$work/layer.gz")
  layers+=("{$(described application/vnd.oci.image.layer.v1.tar+gzip "$digest")}")
done

settings=("\"Env\":$(list "${env[@]}")" '"WorkingDir":"/"')
[[ -z "$entrypoint" ]] || settings+=("\"Entrypoint\":$(list "$entrypoint")")
((${#command[@]} == 0)) || settings+=("\"Cmd\":$(list "${command[@]}")")
[[ -z "$user" ]] || settings+=("\"User\":$(quote "$user")")
if ((${#labels[@]})); then
  pairs=()
  for label in "${labels[@]}"; do pairs+=("$(quote "${label%%=*}"):$(quote "${label#*=}")"); done
  settings+=("\"Labels\":{$(join "${pairs[@]}")}")
fi
printf '%s' "{\"architecture\":\"amd64\",\"config\":{$(join "${settings[@]}")},\"created\":\"1970-01-01T00:00:00Z\",\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[$(join "${diffs[@]}")],\"type\":\"layers\"}}" >"$work/config"
config=$(blob "$work/config")
printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{$(described application/vnd.oci.image.config.v1+json "$config")},\"layers\":[$(join "${layers[@]}")]}" >"$work/manifest"
manifest=$(blob "$work/manifest")
annotations="\"annotations\":{\"io.containerd.image.name\":$(quote "$name"),\"org.opencontainers.image.ref.name\":$(quote "${name##*:}")},\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}"
printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{$(described application/vnd.oci.image.manifest.v1+json "$manifest"),$annotations}]}" >"$work/layout/index.json"
printf '%s' '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
chmod -R u=rwX,go=rX "$work/layout"
tar "${same[@]}" -C "$work/layout" -cf "$work/archive" -- blobs index.json oci-layout
mv "$work/archive" "$archive"
echo "$name sha256:$manifest, $(($(stat -c %s "$archive") / 1000000)) MB compressed, $((unpacked / 1000000)) MB unpacked"

#!/usr/bin/env bash
# A Redis and an S3 store (Ceph's gateway) on this machine, on free ports, in memory, for trying the sample; from the repository's root.
#   servers.sh start [FOLDER]    starts them, makes the bucket, and writes FOLDER/servers.yaml (merged over the sample), FOLDER/secrets and FOLDER/redis.url
#   servers.sh stop [FOLDER]     ends them; what they held is gone
# FOLDER is out/samples/shop unless said otherwise. Needs redis-server, radosgw, ceph-mon, ceph-osd, ceph-common and curl.
set -euo pipefail
umask 077
what=${1:-start}
folder=${2:-out/samples/shop}

if [[ $what == stop ]]; then
  tests/servers/redis/stop.sh "$folder/redis"
  tests/servers/s3/stop.sh "$folder/s3"
  rm -rf "$folder/redis" "$folder/s3" "$folder/secrets" "$folder/redis.url" "$folder/servers.yaml"
  exit 0
elif [[ $what != start ]]; then
  sed -n '2,5s/^# //p' "$0" >&2
  exit 2
fi

if [[ -e $folder/servers.yaml ]]; then
  echo "$0: $folder/servers.yaml is there already; end those servers first: $0 stop $folder" >&2
  exit 1
fi
mkdir -p "$folder/secrets/minio"
redis=$(tests/servers/redis/start.sh "$folder/redis")
read -r endpoint access secret < <(tests/servers/s3/start.sh "$folder/s3")
curl --silent --show-error --fail --output /dev/null --request PUT --aws-sigv4 aws:amz:us-east-1:s3 --user "$access:$secret" \
  --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$endpoint/lake"
printf %s "$access" >"$folder/secrets/minio/accessKeyId"
printf %s "$secret" >"$folder/secrets/minio/secretAccessKey"
echo "$redis" >"$folder/redis.url"
cat >"$folder/servers.yaml" <<YAML
apiVersion: lakehouse.dev/v1alpha1
kind: Lakehouse
metadata: {name: main}
spec:
  storage:
    s3: {endpoint: "$endpoint"}
---
apiVersion: lakehouse.dev/v1alpha1
kind: Ingestion
metadata: {name: shop-events}
spec:
  source:
    redisStreams: {url: "$redis"}
YAML
echo "$redis and $endpoint: see $folder"

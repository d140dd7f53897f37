#!/usr/bin/env bash
# Unpacks what a self-contained .NET program needs of Debian 12 into a folder, the images' lowest layer: the C and C++ libraries, OpenSSL, certificates, time zones,
# and the user 1654 (app). No shell, no package manager. Nothing is installed; the packages are kept under ${XDG_CACHE_HOME:-~/.cache}/lakehouse-operator/debian.
#
#   eng/images/base.sh FOLDER [PACKAGE]...      with further packages
set -euo pipefail
folder=$(realpath -m "${1:?usage: base.sh FOLDER [PACKAGE]...}")
packages=(base-files libc6 libgcc-s1 libstdc++6 zlib1g libssl3 ca-certificates tzdata "${@:2}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lakehouse-operator/debian
mkdir -p "$cache"

# As the mirror has them now; a package that is there already under its version's name is not asked for again.
locate() { apt-get -qq download --print-uris "${packages[@]}" 2>/dev/null; }
renew() {
  [[ $(id -u) == 0 ]] || { echo "base.sh: apt's lists are missing or old; run apt-get update" >&2; exit 1; }
  apt-get -qq update >/dev/null
}
find_files() { mapfile -t files < <(locate | awk '{ print $2 }' | sort); }
locate >/dev/null || renew
find_files
((${#files[@]} == ${#packages[@]})) || { echo "base.sh: the images are made of packages of Debian 12 for amd64, which apt does not offer here" >&2; exit 1; }
all_there() { for file in "${files[@]}"; do [[ -s "$cache/$file" ]] || return 1; done; }
fetch() { (cd "$incoming" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}"); }
if ! all_there; then
  incoming=$(mktemp -d "$cache/incoming.XXXXXX")
  trap 'rm -rf "$incoming"' EXIT
  # Lists that are weeks old name versions that the mirror has no more.
  fetch 2>/dev/null || { renew; find_files; fetch; }
  mv -f "$incoming"/*.deb "$cache/"
fi

rm -rf "$folder"
mkdir -p "$folder"
umask 022
for file in "${files[@]}"; do
  dpkg-deb --fsys-tarfile "$cache/$file" | tar -x -C "$folder" --no-same-owner --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
    --exclude='./usr/share/lintian/*' --exclude='./usr/share/doc/*/changelog*' --exclude='./usr/share/info/*' --exclude='./usr/lib/x86_64-linux-gnu/gconv/*' --exclude='./usr/share/zoneinfo/right/*' \
    --exclude='./usr/share/zoneinfo/posix/*'
done
# What the packages' own scripts would have made.
mkdir -p "$folder"/etc/ssl/certs "$folder"/app "$folder"/home/app "$folder"/tmp
chmod 1777 "$folder/tmp"
find "$folder/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$folder/etc/ssl/certs/ca-certificates.crt"
printf '%s\n' 'root:x:0:0:root:/root:/usr/sbin/nologin' 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin' 'app:x:1654:1654:app:/home/app:/usr/sbin/nologin' >"$folder/etc/passwd"
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'app:x:1654:' >"$folder/etc/group"
printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >"$folder/etc/nsswitch.conf"
chmod -R a+rX "$folder"

#!/usr/bin/env bash
# Makes the input of this sample out of what is on this machine: its installed packages as CSV, and this repository's history as JSON lines.
# Usage: make-input.sh [FOLDER], from the repository's root; the default is the folder that the sample reads, out/samples/files.
# Run it again at any time: what has been written stays as it is, and only what is new is written, as another file.
set -euo pipefail
export LC_ALL=C

folder=${1:-out/samples/files}
mkdir -p "$folder/packages" "$folder/commits"

# A file appears under its name when it is whole: names that end in .tmp are not read.
publish() { mv -f "$1" "$2"; echo "$2: $(grep -c '' "$2") lines"; }

# --- packages: one file per state of the machine, named by its content --------------------------------------------------------------------
# dpkg-query knows no quoting, but no field holds a tab or a line feed; awk quotes what is there and leaves empty what is not.
listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
dpkg-query --show --showformat \
  '${Package}\t${Version}\t${Architecture}\t${Section}\t${Installed-Size}\t${db:Status-Status}\t${Maintainer}\t${binary:Synopsis}\n' >"$listing"
packages="$folder/packages/packages-$(sha256sum "$listing" | cut -c1-12).csv"
if [[ ! -e $packages ]]; then
  awk -F '\t' -v taken="$(date -u +%Y-%m-%dT%H:%M:%SZ)" '
    function csv(text) { gsub(/"/, "\"\"", text); return text == "" ? "" : "\"" text "\"" }
    BEGIN { print "package,version,architecture,section,installed_kib,status,maintainer,synopsis,taken_at" }
    { for (i = 1; i <= 8; i++) printf "%s,", csv($i); print taken }
  ' "$listing" >"$packages.tmp"
  publish "$packages.tmp" "$packages"
fi

# --- commits: one file for what is new since the last one -----------------------------------------------------------------------------------
# Names and subjects cannot hold a line feed, so that each gets a line of its own and every other character may be in it.
head=$(git rev-parse HEAD)
last=$(cat "$folder/commits/.last" 2>/dev/null || true)
[[ -n $last ]] && git cat-file -e "$last^{commit}" 2>/dev/null && range="$last..$head" || range="$head"
commits="$folder/commits/commits-${head:0:12}.jsonl"
if [[ $last != "$head" ]]; then
  git -c i18n.logOutputEncoding=UTF-8 log --reverse --numstat --no-renames --no-color --no-show-signature \
    --format='commit %H%n%aI%n%cI%n%an%n%ae%n%s' "$range" | awk '
    function json(text,   i, c, out) {
      for (i = 1; i <= length(text); i++) { c = substr(text, i, 1); out = out (c in escape ? escape[c] : c) }
      return "\"" out "\""
    }
    function finish() {
      if (sha != "")
        printf "{\"sha\":%s,\"authored_at\":%s,\"committed_at\":%s,\"author\":%s,\"email\":%s,\"subject\":%s,\"files\":%d,\"insertions\":%d,\"deletions\":%d}\n",
          json(sha), json(authored), json(committed), json(author), json(email), json(subject), files, insertions, deletions
    }
    BEGIN { for (i = 1; i < 32; i++) escape[sprintf("%c", i)] = sprintf("\\u%04x", i); escape["\""] = "\\\""; escape["\\"] = "\\\\" }
    line == 0 && /^commit [0-9a-f]+$/ { finish(); sha = $2; files = insertions = deletions = 0; line = 1; next }
    line == 1 { authored = $0; line = 2; next }
    line == 2 { committed = $0; line = 3; next }
    line == 3 { author = $0; line = 4; next }
    line == 4 { email = $0; line = 5; next }
    line == 5 { subject = $0; line = 0; next }
    /^[0-9-]+\t[0-9-]+\t/ { split($0, stat, "\t"); files++; insertions += stat[1]; deletions += stat[2] }
    END { finish() }
  ' >"$commits.tmp"
  publish "$commits.tmp" "$commits"
  echo "$head" >"$folder/commits/.last"
fi

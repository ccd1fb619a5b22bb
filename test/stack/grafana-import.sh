#!/usr/bin/env bash
# Asks a Grafana whether it has what this repository gives it, and whether every panel gets an answer: health, data
# sources, each dashboard, each panel's queries through the API that Grafana's own page uses. It changes nothing.
#
#   GRAFANA_URL=http://127.0.0.1:3000 test/stack/grafana-import.sh [--imported]
#
#   GRAFANA_TOKEN        of a service account that may view; or
#   GRAFANA_USER         user:password
#   GRAFANA_PROMETHEUS   uid of the data source, `prometheus` if not given; GRAFANA_TEMPO the same, `tempo`
#   GRAFANA_FROM         where the time range begins, `now-1h` if not given; it ends now
#   --imported           dashboards were imported by hand, not provisioned
#
# A line for each thing that is wrong, on stderr. Exit codes: 0 all is well, 1 something is wrong, 2 misused.
set -euo pipefail

readonly HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly DASHBOARDS=$HERE/../../dashboards/json/provisioned
readonly PROMETHEUS=${GRAFANA_PROMETHEUS:-prometheus} TEMPO=${GRAFANA_TEMPO:-tempo}
readonly FROM=${GRAFANA_FROM:-now-1h}
imported=false wrong=0

misused() {
  printf 'grafana-import: %s\n' "$1" >&2
  exit 2
}

complain() {
  printf 'grafana-import: %s\n' "$1" >&2
  wrong=$((wrong + 1))
}

for argument in "$@"; do
  [[ $argument == --imported ]] || misused "unknown argument '$argument'; allowed: --imported"
  imported=true
done
for tool in curl jq; do
  command -v "$tool" >/dev/null || misused "$tool is missing"
done
url=${GRAFANA_URL:-}
[[ $url =~ ^https?://[^[:space:]]+$ ]] ||
  misused "GRAFANA_URL is '$url'; allowed: an http or https address"
url=${url%/}
[[ $FROM =~ ^now-[0-9]+[smhdw]$ ]] || misused "GRAFANA_FROM is '$FROM'; allowed: now-1h, now-7d"
[[ -z ${GRAFANA_TOKEN:-} || -z ${GRAFANA_USER:-} ]] ||
  misused 'GRAFANA_TOKEN and GRAFANA_USER are both set; allowed: one of them'
[[ -z ${GRAFANA_USER:-} || $GRAFANA_USER == *:* ]] ||
  misused 'GRAFANA_USER has no colon; allowed: user:password'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
readonly ANSWER=$folder/answer.json

# Not as arguments: everybody on the machine can read those.
secret() {
  [[ -z ${GRAFANA_TOKEN:-} ]] || jq -rn --arg token "$GRAFANA_TOKEN" '"header = " + ("Authorization: Bearer " + $token | @json)'
  [[ -z ${GRAFANA_USER:-} ]] || jq -rn --arg user "$GRAFANA_USER" '"user = " + ($user | @json)'
}

# ask WHAT PATH [BODY]: the answer is in $ANSWER; status 1, and a line, where there is none that can be read.
ask() {
  local what=$1 path=$2 status body=()
  [[ $# -lt 3 ]] || body=(--header 'Content-Type: application/json' --data-binary "@$3")
  if ! status=$(secret | curl --config - --silent --show-error --max-time 60 --output "$ANSWER" \
    --write-out '%{http_code}' "${body[@]}" "$url$path" 2>"$folder/error"); then
    complain "$what: $(tr '\n' ' ' <"$folder/error")"
    return 1
  fi
  # A query that fails is told in the answer's body, with a status of its own.
  if [[ $status != 200 && ($# -lt 3 || $(jq -r '.results | type' "$ANSWER" 2>/dev/null) != object) ]]; then
    complain "$what: status $status of $path: $(jq -r '.message // "no message"' "$ANSWER" 2>/dev/null || printf 'no JSON')"
    return 1
  fi
  if ! jq -e 'type == "object" or type == "array"' "$ANSWER" >/dev/null 2>&1; then
    complain "$what: what $path answered is no JSON"
    return 1
  fi
}

check_data_sources() {
  local uid type found
  ask 'data sources' /api/datasources || return 0
  while read -r uid type; do
    found=$(jq -r --arg uid "$uid" 'map(select(.uid == $uid)) | .[0].type // empty' "$ANSWER")
    [[ -n $found ]] || complain "data source '$uid' is not there"
    [[ -z $found || $found == "$type" ]] ||
      complain "data source '$uid' is of type $found; expected: $type"
  done <<<"$PROMETHEUS prometheus"$'\n'"$TEMPO tempo"
}

# Panels of rows that are folded stand in the row.
readonly PANELS='[.panels[], (.panels[] | .panels // [])[]] | map(select((.targets // []) != []))'

# What Grafana's page would put in: everything, of a range that is read from the counters. What begins with two
# underscores, Grafana's server fills in. Three lines a panel: title, variables without a value, body of the request.
readonly REQUESTS='
  (.templating.list | map(
    select(.type == "query" or .type == "textbox" or .type == "constant" or .type == "custom")
    | { key: .name, value: (if .type == "query" then ".*" else .query | tostring end) }
  ) | from_entries + { "__from": $begins, "__to": $ends } | to_entries | sort_by(-(.key | length))) as $values
  | def filled: reduce $values[] as $each (.;
      split("${" + $each.key + "}") | join($each.value) | split("$" + $each.key) | join($each.value));
  '"$PANELS"'[] | {
    from: $range, to: "now",
    queries: [.targets[] | select(.hide != true) | . + {
      datasource: (.datasource | if .type == "tempo" then .uid = $tempo else .uid = $prometheus end),
      intervalMs: 60000, maxDataPoints: 500
    } | if .expr then .expr |= filled else . end | if .query then .query |= filled else . end]
  } as $body
  | (.title // "panel \(.id)"),
    ([$body.queries[] | .expr, .query | strings | scan("\\$(?!__)\\{?[A-Za-z]\\w*|\\$\\{__\\w*")] | unique | join(", ")),
    ($body | tojson)'

requests() {
  local now
  now=$(date +%s)
  jq -r --arg begins $((now * 1000 - 3600000)) --arg ends $((now * 1000)) --arg range "$FROM" \
    --arg prometheus "$PROMETHEUS" --arg tempo "$TEMPO" "$REQUESTS" "$folder/board.json"
}

# A line for each query without an answer, then how many were asked, and how many answers hold anything.
readonly JUDGED='
  .results as $results | $asked[0].queries
  | (.[].refId as $id | $results[$id]
    | if . == null then "no answer to query \($id)"
      elif .error then "query \($id): \(.error | gsub("\n"; " "))"
      elif (.frames | type) != "array" then "query \($id) has no frames"
      else empty end),
    "= \(length) \([$results[] | select([.frames[]?.data.values[]? | length] | any(. > 0))] | length)"'

# check_panel NAME UNFILLED BODY
check_panel() {
  local name=$1 line _ asked held
  [[ -z $2 ]] || complain "$name: no value for $2"
  printf '%s' "$3" >"$folder/body.json"
  panels=$((panels + 1))
  ask "$name" /api/ds/query "$folder/body.json" || return 0
  while IFS= read -r line; do
    if [[ $line == '= '* ]]; then
      read -r _ asked held <<<"$line"
      queries=$((queries + asked)) with_data=$((with_data + held))
    else
      complain "$name: $line"
    fi
  done < <(jq -r --slurpfile asked "$folder/body.json" "$JUDGED" "$ANSWER")
}

check_dashboard() {
  local file=$1 uid title unfilled body expected
  uid=$(jq -r .uid "$file")
  jq -e --arg uid "$uid" 'any(.[]; .uid == $uid)' "$folder/found.json" >/dev/null ||
    complain "dashboard $uid is not found by its tag costspan"
  ask "dashboard $uid" "/api/dashboards/uid/$uid" || return 0
  $imported || jq -e '.meta.provisioned == true' "$ANSWER" >/dev/null ||
    complain "dashboard $uid is not provisioned; --imported allows that"
  jq .dashboard "$ANSWER" >"$folder/board.json"
  expected=$(jq -c "$PANELS | map(.title)" "$file")
  if [[ $(jq -c "$PANELS | map(.title)" "$folder/board.json" 2>/dev/null) != "$expected" ]]; then
    complain "dashboard $uid has other panels than $(basename "$file")"
    return 0
  fi
  while IFS= read -r title && IFS= read -r unfilled && IFS= read -r body; do
    check_panel "$uid, $title" "$unfilled" "$body"
  done < <(requests)
}

panels=0 queries=0 with_data=0
ask health /api/health || exit 1
[[ $(jq -r .database "$ANSWER") == ok ]] ||
  complain "health: database is '$(jq -r .database "$ANSWER")'; expected: ok"
version=$(jq -r '.version // "unknown"' "$ANSWER")
check_data_sources
if ask 'search' '/api/search?type=dash-db&tag=costspan'; then
  cp "$ANSWER" "$folder/found.json"
  for file in "$DASHBOARDS"/*.json; do
    check_dashboard "$file"
  done
fi
printf 'Grafana %s: %d panels, %d queries, %d of them with data; %d wrong\n' \
  "$version" "$panels" "$queries" "$with_data" "$wrong"
((wrong == 0))

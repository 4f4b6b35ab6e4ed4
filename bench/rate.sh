#!/usr/bin/env bash
# What capturing costs: the CPU time for a packet of pgwdump and of tcpdump, which both only write what
# they capture to /dev/null, beside each other on the same packets.
#
# usage: sudo bench/rate.sh [SECONDS]
#
# It makes a network namespace, sends TCP over its loopback, and prints for each program the packets
# that it captured, those that were dropped, and nanoseconds of CPU (user and system) for a packet.
set -euo pipefail

seconds=${1:-5}
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
ns=pgwdump-rate-$$
cleanup() { ip netns del "$ns" 2>/dev/null || true; rm -rf "$dir"; }
trap cleanup EXIT
chmod 755 "$dir"
CGO_ENABLED=0 go build -o "$dir/pgwdump" .
(cd bench && CGO_ENABLED=0 go build -o "$dir/load" ./load)
ip netns add "$ns"
ip -n "$ns" link set lo up

measure() { # measure NAME COMMAND...
  local name=$1
  shift
  TIMEFORMAT='%3U %3S'
  { time ip netns exec "$ns" "$@" 2>"$dir/$name.said"; } 2>"$dir/$name.time" &
}

measure tcpdump tcpdump -i lo -B 32768 -w /dev/null -Z root tcp port 5432
measure pgwdump "$dir/pgwdump" -i lo -w /dev/null -q -Z root
until grep -qs 'listening on' "$dir/tcpdump.said" && grep -qs 'listening on' "$dir/pgwdump.said"; do :; done
ip netns exec "$ns" "$dir/load" "${seconds}s"
for pid in $(ip netns pids "$ns"); do kill -INT "$pid"; done
wait

for name in tcpdump pgwdump; do
  read -r user system <"$dir/$name.time"
  awk -v name="$name" -v user="$user" -v kernel="$system" '
    / packets? captured/ { captured = $1 }
    / dropped by kernel/ { dropped = $1 }
    END { printf "%-8s %9d packets %9d dropped %7.0f ns/packet\n", name, captured, dropped, (user + kernel) * 1e9 / captured }
  ' "$dir/$name.said"
done

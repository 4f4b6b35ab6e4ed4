#!/usr/bin/env bash
# The clients whose statements are compared with what the server says of them.
#
# usage: clients.sh DIR
#
# Needs Debian 12, root, Go and npm; installs what is missing, and doing it twice does no harm.
# servers.sh DIR comes before it, and DIR/env gets one more variable.
set -euo pipefail

dir=$(cd "$1" && pwd)
packages=(tcpdump postgresql-15 python3-psycopg python3-psycopg2 python3-asyncpg libpostgresql-jdbc-java default-jdk-headless)

dpkg -s "${packages[@]}" >/dev/null 2>&1 || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-upgrade --no-install-recommends "${packages[@]}" >/dev/null
}
[ -d "$dir/node/node_modules/pg" ] || npm install --silent --no-save --prefix "$dir/node" pg@8.23.1
grep -q NODE_PATH "$dir/env" || printf 'export %s=%q\n' NODE_PATH "$dir/node/node_modules" >>"$dir/env"

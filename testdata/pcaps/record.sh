#!/usr/bin/env bash
# Records the captures in this directory from real servers and real clients.
#
# usage: record.sh [FILE...]    all of them, or those named (as README.md does)
#
# Needs root, Debian 12, Go and npm; installs the rest. Clients and servers live in two network
# namespaces joined by a veth pair, so that servers have port 5432 to themselves and frames look as
# they do on a wire.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=/var/tmp/pgwdump-record # not below /root, where the user postgres may not go
names=("$@")

client_ns=pgwdump-client
server_ns=pgwdump-server
server15=10.54.32.15
server15_v6=fd54:32::15
server18=10.54.32.18
no_server=10.54.32.99

# What this script itself asks the servers goes to addresses that no capture sees.
declare -A admin_host=([15]=127.0.0.15 [18]=127.0.0.18)
filter="tcp port 5432 and not host ${admin_host[15]} and not host ${admin_host[18]}"

export PG15_PORT=5432 PG15_LISTEN=$server15,$server15_v6,127.0.0.1,${admin_host[15]}
export PG18_PORT=5432 PG18_LISTEN=$server18,${admin_host[18]}
export KRB5_CONFIG=$work/krb5.conf KRB5_KDC_PROFILE=$work/krb5.conf
servers() { in_server "$here/../../integration/servers.sh" "$work" "$1"; }
in_server() { ip netns exec $server_ns "$@"; }

### Before: what is needed, two namespaces, and the servers. The rest of the script runs in the
### clients' namespace, as a child of this one.

packages=(
  tcpdump tshark ethtool iproute2 nmap curl zstd xz-utils bzip2 lz4 gcc libc6-dev
  postgresql-15 python3-psycopg python3-psycopg2 python3-asyncpg libpostgresql-jdbc-java default-jdk-headless
  krb5-kdc krb5-admin-server krb5-user
)

prepare() {
  dpkg -s "${packages[@]}" >/dev/null 2>&1 || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-upgrade --no-install-recommends "${packages[@]}" >/dev/null
  }
  rm -rf "$work"/{15,18}/data "$work/kerberos" "$work/log"
  mkdir -p "$work"
  npm install --silent --no-save --prefix "$work/node" pg@8.23.1
  (cd "$here/record/pgx" && go build -o "$work/pgx" .)
  write_kerberos_config
}

write_kerberos_config() {
  cat >"$KRB5_CONFIG" <<-CONF
	[libdefaults]
	default_realm = PGWDUMP.TEST
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
	[realms]
	PGWDUMP.TEST = {
	  kdc = $server15
	  database_name = $work/kerberos/principal
	  key_stash_file = $work/kerberos/stash
	}
	CONF
}

link_namespaces() {
  ip netns add $client_ns
  ip netns add $server_ns
  ip link add eth0 netns $client_ns type veth peer name eth0 netns $server_ns
  for ns in $client_ns $server_ns; do
    ip -n "$ns" link set lo up
    ip -n "$ns" link set eth0 up
    # Otherwise the kernel passes segments longer than the MTU, and checksums not yet filled in.
    ip netns exec "$ns" ethtool -K eth0 tso off gso off gro off tx off rx off >/dev/null
  done
  ip -n $client_ns address add 10.54.32.1/24 dev eth0
  ip -n $client_ns address add fd54:32::1/64 dev eth0 nodad
  ip -n $server_ns address add $server15/24 dev eth0
  ip -n $server_ns address add $server18/24 dev eth0
  ip -n $server_ns address add $no_server/24 dev eth0
  ip -n $server_ns address add $server15_v6/64 dev eth0 nodad
}

clean_up() {
  servers stop || true
  ip netns delete $client_ns || true
  ip netns delete $server_ns || true
}

if [ "$(ip netns identify $$)" != $client_ns ]; then
  prepare
  trap clean_up EXIT
  link_namespaces
  servers start
  ip netns exec $client_ns "$0" "$@"
  exit
fi

trap 'at_exit $?' EXIT
at_exit() {
  [ "$1" = 0 ] || echo "record.sh: failed, see $work/log" >&2
  jobs -p | xargs -r kill 2>/dev/null || true
}
# shellcheck source=/dev/null
. "$work/env"
export PATH=$PG15_BIN:$PATH LC_ALL=C.UTF-8 TZ=UTC PSQLRC=/dev/null NODE_PATH=$work/node/node_modules
export PGHOST=$server15 PGUSER=trust_user PGPASSWORD=$PG_PASSWORD PGDATABASE=$PG_DATABASE
export PGSSLMODE=disable PGGSSENCMODE=disable

### Recording

# capture [TCPDUMP OPTION...] FILE COMMAND...   records into FILE what COMMAND says on port 5432.
# The end of FILE's name tells its format; tcpdump's options are for what differs from the usual.
capture() {
  local options=(-i eth0 -s 0) file
  until [[ $1 == *.pcap* ]]; do options+=("$1"); shift; done
  file=$1
  shift
  [[ ${#names[@]} == 0 || " ${names[*]} " == *" $file "* ]] || return 0

  for version in 15 18; do admin $version -f "$here/record/setup.sql"; done
  rm -f "$work/tcpdump" # or the last capture's counts would be read
  ip netns exec $server_ns tcpdump -Z root -U --immediate-mode -B 65536 "${options[@]}" \
    -w "$work/raw.pcap" "$filter" 2>"$work/tcpdump" &
  tcpdump=$!
  wait_for grep -qs listening "$work/tcpdump"
  strays=0
  wait_for ask_tcpdump
  strays=$((received - captured)) # came before the filter was in place
  echo "== $file: $*" >>"$work/log"
  "$@" >>"$work/log" 2>&1
  wait_for connections_closed
  wait_for all_captured
  kill -INT "$tcpdump"
  wait "$tcpdump"
  grep -q '^0 packets dropped by kernel' "$work/tcpdump" || die "$file: packets were dropped"
  pack "$file" <"$work/raw.pcap" >"$here/$file"
  printf '%-36s %5d packets %7d bytes\n' "$file" "$captured" "$(stat -c %s "$here/$file")"
}

connections_closed() { closed_here && in_server bash -c "$(declare -f closed_here); closed_here"; }
closed_here() { [ -z "$(ss -tanH state connected exclude time-wait '( sport = 5432 or dport = 5432 )')" ]; }

# A packet may still be on its way from the kernel to tcpdump's file; on the loopback interface the
# kernel counts each of them twice.
all_captured() { ask_tcpdump && ((captured > 0 && (received == captured || received == 2 * captured))); }

# Has tcpdump print its counts, and reads the last that it printed: of this call or of an earlier one.
ask_tcpdump() {
  local counts='^tcpdump: ([0-9]+) packets? captured, ([0-9]+) packets? received by filter.*'
  kill -USR1 "$tcpdump"
  captured=$(sed -En "s/$counts/\1/p" "$work/tcpdump" | tail -n 1)
  received=$(sed -En "s/$counts/\2/p" "$work/tcpdump" | tail -n 1)
  [ -n "$captured" ] && received=$((received - strays))
}

pack() { # pack FILE: from standard input to standard output
  case $1 in
    *.pcap) cat ;;
    *.pcapng) pcapng "$1" ;;
    *.gz) gzip -9n ;;
    *.zst) zstd -19 ;;
    *.xz) xz -9 ;;
    *.bz2) bzip2 -9 ;;
    *.lz4) lz4 -9 ;;
  esac
}

pcapng() { # with the secrets of TLS inside, when there are any
  local keys=$work/${1%.pcapng}.keys secrets=()
  [ -e "$keys" ] && secrets=(--inject-secrets "tls,$keys")
  editcap -F pcapng "${secrets[@]}" - -
}

wait_for() {
  local deadline=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < deadline)) || die "waited too long for: $*"
    sleep 0.05
  done
}
die() { echo "record.sh: $*" >&2; exit 1; }
fails() { ! "$@"; }

admin() { in_server psql -h "${admin_host[$1]}" -U postgres -qAt -v ON_ERROR_STOP=1 "${@:2}" 2>>"$work/log"; }
ask15() { admin 15 -c "$1"; }

# configure VERSION SETTING VALUE [LINE]: changes a setting, and adds LINE to pg_hba.conf.
configure() {
  [ $# = 3 ] || sed -i "1i $4" "$work/$1/data/pg_hba.conf"
  admin "$1" -c "alter system set $2 = '$3'" -c "select pg_reload_conf()"
  wait_for configured "$@"
}
configured() { [ "$(admin "$1" -c "show $2")" = "$3" ]; }

### Ways to run a client

libpq18() { LD_LIBRARY_PATH=$PG18_LIB "$@"; }
on18() { PGHOST=$server18 libpq18 "$@"; }
python() { /usr/bin/python3 "$here/record/$1" "${@:2}"; }
jdbc() { java -cp /usr/share/java/postgresql.jar "$here/record/Jdbc.java" "$1"; }
bench() { pgbench --no-vacuum -t 2 "$@"; }

# tls KEYS CONNINFO: an encrypted session, the secrets of which libpq writes to the file KEYS.
tls() {
  rm -f "$1"
  psql "$2 sslkeylogfile=$1" -c "select 'private'"
  chmod a+r "$1"
}

# The same script in clear and encrypted, to compare what is read of it.
suite_script() { psql "sslmode=disable $1" -f "$here/record/suite.sql"; }

# suite KEYS CONNINFO [SETTING VALUE]: that script encrypted, the server set to a cipher suite.
suite() {
  local before
  if [ $# = 4 ]; then
    before=$(admin 18 -c "show $3")
    configure 18 "$3" "$4"
  fi
  rm -f "$here/$1"
  suite_script "sslmode=require sslkeylogfile=$here/$1 $2"
  chmod a+r "$here/$1"
  [ $# != 4 ] || configure 18 "$3" "$before"
}

without_ssl() {
  configure 15 ssl off
  "$@"
  configure 15 ssl on
}

# interrupt SIGNAL COMMAND...: the signal comes once the server runs the command's pg_sleep.
interrupt() {
  set -m # a process group of its own for the command
  "${@:2}" &
  set +m
  wait_for asleep
  kill -"$1" -- -$!
  wait $! || true
}
asleep() {
  for version in 15 18; do admin $version -c "select pid from pg_stat_activity where wait_event = 'PgSleep'"; done | grep -q .
}

# A psql that is told what to do line by line.
open_session() { coproc session { psql -At; }; session_pid=$!; }
in_session() { echo "$1" >&"${session[1]}"; read -r _ <&"${session[0]}"; }
leave_session() { echo '\q' >&"${session[1]}"; wait $session_pid; }

idle_until_shutdown() {
  open_session
  in_session "select 'idle from now on';"
  servers stop
  echo "select 'too late';" >&"${session[1]}"
  wait $session_pid || true
  servers start
}

go_on_and_leave() {
  in_session "select 'in the capture';"
  leave_session
}

slowly() { # through a link whose queue is too short, so that packets are lost on the way
  in_server tc qdisc add dev eth0 root tbf rate 20mbit burst 3000 limit 6000
  "$@"
  in_server tc qdisc del dev eth0 root
}

changes() {
  ask15 "insert into items (name, price) values ('melon', 2.00), ('mango', null)"
  ask15 "begin; update items set price = 0.55 where name = 'apple'; delete from items where name = 'mango'; commit"
  ask15 "truncate items"
}

receive_logical() { # receive_logical PLUGIN OPTION...
  ask15 "select pg_create_logical_replication_slot('capture', '$1')"
  changes
  pg_recvlogical -U replicator -d "$PGDATABASE" --slot capture --start --no-loop -f - \
    --endpos "$(ask15 "select pg_current_wal_lsn()")" "${@:2}"
  ask15 "select pg_drop_replication_slot('capture')"
}

receive_wal() {
  local end
  rm -rf "$work/wal"
  mkdir "$work/wal"
  ask15 "select pg_switch_wal()"
  end=$(ask15 "select pg_current_wal_lsn()")
  changes
  pg_receivewal -U replicator -D "$work/wal" --no-loop --endpos "$end"
}

# Server 18 subscribes to a table of server 15: it copies the rows that are there, then follows.
subscribe() {
  admin 18 -c "truncate items"
  admin 18 -c "create subscription capture connection 'host=$server15 user=replicator dbname=$PGDATABASE sslmode=disable' publication items"
  wait_for follows 3
  ask15 "insert into items (name) values ('from far away')"
  wait_for follows 4
  admin 18 -c "drop subscription capture"
}
follows() { [ "$(admin 18 -c "select count(*) from items")" = "$1" ]; }

kerberos() { # runs a client that has a ticket
  export KRB5CCNAME=$work/kerberos/tickets
  [ -d "$work/kerberos" ] || start_kerberos
  "$@"
}
start_kerberos() {
  local keytab=$work/kerberos/keytab
  mkdir "$work/kerberos"
  kdb5_util create -s -P "$PGPASSWORD"
  kadmin.local add_principal -randkey postgres/pgserver
  kadmin.local add_principal -randkey gss_user
  kadmin.local ktadd -k "$keytab" postgres/pgserver gss_user
  chown postgres "$keytab"
  ip netns exec $server_ns krb5kdc -n &
  wait_for kinit -k -t "$keytab" gss_user
  ask15 "create role gss_user login"
  configure 15 krb_server_keyfile "$keytab" "host all gss_user all gss include_realm=0"
}

oauth() {
  gcc -shared -fPIC -o "$work/18/native/lib/postgresql/oauth_validator.so" "$here/record/oauth_validator.c"
  admin 18 -c "create role oauth_user login"
  configure 18 oauth_validator_libraries oauth_validator \
    'host all oauth_user all oauth issuer="https://issuer.example" scope="pgwdump" delegate_ident_mapping=1'
  python oauth.py "user=oauth_user oauth_issuer=https://issuer.example oauth_client_id=pgwdump"
}

### The captures

# Logging in
capture auth-trust.pcap              psql -c "select current_user"
capture auth-password.pcap           psql "user=password_user" -c "select current_user"
capture auth-md5.pcap                psql "user=md5_user" -c "select current_user"
capture auth-scram.pcap              psql "user=scram_user" -c "select current_user"
capture auth-scram-wrong.pcap        fails psql "user=scram_user password=wrong-secret"
capture auth-unknown-user.pcap       fails psql "user=nobody"
capture auth-no-such-role.pcap       fails psql "user=no_such_role"
capture auth-no-such-database.pcap   fails psql "dbname=no_such_database"
capture auth-rejected.pcap           fails psql "user=reject_user"
capture auth-too-many.pcap           fails psql "user=limited_user"
capture auth-oauth.pcap              on18 oauth
capture auth-gss.pcap                kerberos psql "host=pgserver hostaddr=$server15 user=gss_user" -c "select current_user"

# Encryption
capture gssenc-refused.pcap          python raw.py gssenc_refused $server18
capture gssenc-accepted.pcap         kerberos psql "host=pgserver hostaddr=$server15 user=gss_user gssencmode=require" -c "select 'private'"
capture tls-refused.pcap             without_ssl psql "sslmode=prefer" -c "select 'in clear after all'"
capture tls-required-refused.pcap    without_ssl fails psql "sslmode=require"
capture tls-13.pcap                  libpq18 tls "$here/tls-13.keys" "host=pgserver hostaddr=$server15 user=scram_user sslmode=require channel_binding=require"
capture tls-13-secrets.pcapng        libpq18 tls "$work/tls-13-secrets.keys" "sslmode=require"
capture tls-12.pcap                  libpq18 tls "$here/tls-12.keys" "sslmode=require ssl_max_protocol_version=TLSv1.2"
capture tls-12-client-cert.pcap      libpq18 tls "$here/tls-12-client-cert.keys" "user=cert_user sslmode=require ssl_max_protocol_version=TLSv1.2 sslcert=$PG_TLS/client.crt sslkey=$PG_TLS/client.key"
capture tls-refused-password.pcap    without_ssl psql "sslmode=prefer user=password_user" -c "select current_user"
capture suite-clear.pcap             on18 suite_script ""
capture suite-13-aes-128.pcap        on18 suite suite-13-aes-128.keys "" ssl_tls13_ciphers TLS_AES_128_GCM_SHA256
capture suite-13-aes-256.pcap        on18 suite suite-13-aes-256.keys ""
capture suite-13-chacha20.pcap       on18 suite suite-13-chacha20.keys "" ssl_tls13_ciphers TLS_CHACHA20_POLY1305_SHA256
capture suite-13-direct.pcap         on18 suite suite-13-direct.keys "sslnegotiation=direct"
capture suite-12-aes-128.pcap        on18 suite suite-12-aes-128.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256
capture suite-12-aes-256.pcap        on18 suite suite-12-aes-256.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384
capture suite-12-chacha20.pcap       on18 suite suite-12-chacha20.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-CHACHA20-POLY1305
capture suite-12-cbc-sha384.pcap     on18 suite suite-12-cbc-sha384.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-AES256-SHA384
capture suite-12-cbc-sha256.pcap     on18 suite suite-12-cbc-sha256.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-AES128-SHA256
capture suite-12-cbc-sha1.pcap       on18 suite suite-12-cbc-sha1.keys "ssl_max_protocol_version=TLSv1.2" ssl_ciphers ECDHE-RSA-AES128-SHA
capture tls-direct.pcap              on18 tls "$here/tls-direct.keys" "sslmode=require sslnegotiation=direct"

# Protocol versions
capture protocol-32.pcap             on18 psql "max_protocol_version=latest" -c "select 'protocol 3.2'"
capture protocol-32-to-30.pcap       libpq18 psql "max_protocol_version=latest" -c "select 'protocol 3.0'"
capture protocol-unknown-option.pcap python raw.py unknown_option $server15
capture protocol-2-refused.pcap      python raw.py protocol_2 $server15

# Simple queries
capture simple-select.pcap           psql -c "select id, name, price, note, now() from items order by id"
capture simple-multi.pcap            psql -c "select 1 as one; update items set note = 'new'; select 2 as two where false; create temp table t ()"
capture simple-empty.pcap            psql -c "" -c ";"
capture simple-errors.pcap           fails psql -c "selec 1" -c "insert into items (name) values ('apple')" -c "update items set price = -1" -c "select 1; select 1/0; select 2"
capture simple-transaction.pcap      psql -c "begin" -c "select nothing" -c "select 1" -c "rollback"
capture simple-notice.pcap           psql -c "do \$\$ begin raise notice 'hello %', 1; raise warning 'mind the gap' using hint = 'step back'; end \$\$"
capture simple-utf8.pcap             psql -c "select 'Zoë 🐘 Ελλάδα 日本語' as \"größe\""
capture simple-latin1.pcap           psql "client_encoding=LATIN1" -c $'select \'caf\xe9\' as na\xefve'
capture simple-set.pcap              psql -c "set timezone = 'Europe/Berlin'" -c "set application_name = 'renamed'; set client_encoding = 'LATIN1'" -c "set datestyle = german; select now()"

# Extended queries
capture extended-text.pcap           python psycopg_3.py extended_text
capture extended-binary.pcap         python psycopg_3.py extended_binary
capture extended-batch-jdbc.pcap     jdbc batch
capture extended-batch-pgx.pcap      "$work/pgx" batch
capture extended-fetch.pcap          jdbc fetch
capture pipeline-error.pcap          python psycopg_3.py pipeline

# The same short script by each client
export PGUSER=scram_user
capture client-psycopg-2.pcap        python psycopg_2.py client
capture client-psycopg-3.pcap        python psycopg_3.py client
capture client-asyncpg.pcap          python asyncpg_client.py
capture user-types.pcap              python asyncpg_types.py
capture client-node-postgres.pcap    node "$here/record/node_postgres.js"
capture client-jdbc.pcap             jdbc client
capture client-pgx.pcap              "$work/pgx" client
export PGUSER=trust_user

# pgbench
capture pgbench-simple.pcap          bench -M simple -f "$here/record/pgbench.sql"
capture pgbench-extended.pcap        bench -M extended -f "$here/record/pgbench.sql"
capture pgbench-prepared.pcap        bench -M prepared -f "$here/record/pgbench.sql"
capture pgbench-pipeline.pcap        bench -M extended -f "$here/record/pgbench-pipeline.sql"
capture pgbench-interleaved.pcap.gz  bench -M prepared -f "$here/record/pgbench.sql" -c 4

# COPY and function calls
capture copy-out-text.pcap           psql -c "copy items to stdout"
capture copy-out-csv.pcapng          psql -c "copy items to stdout (format csv, header)"
capture copy-out-binary.pcap         psql -c "copy items to stdout (format binary)"
capture copy-in-text.pcap            psql -c "copy items (name, price) from stdin" <<<$'grape\t3.00\nhoney\t\\N'
capture copy-in-csv.pcap             jdbc copy
capture copy-in-binary.pcap          "$work/pgx" copy
capture copy-in-error.pcap           fails psql -c "copy items (name, price) from stdin" <<<$'grape\t3.00\nhoney\tnot a price'
capture copy-fail.pcap               python psycopg_3.py copy_fail
capture copy-extended.pcap           python psycopg_3.py copy_extended
capture function-call.pcap           python psycopg_2.py large_object

# Messages out of turn, and cancelling
capture listen-notify.pcapng         python psycopg_3.py notify
capture cancel.pcap                  interrupt INT psql -c "select pg_sleep(60)"
capture cancel-protocol-32.pcap      interrupt INT on18 psql "max_protocol_version=latest" -c "select pg_sleep(60)"
capture cancel-tls-refused.pcap      without_ssl libpq18 python cancel.py "sslmode=prefer"

# Replication
capture replication-test-decoding.pcap receive_logical test_decoding
capture replication-pgoutput.pcap    receive_logical pgoutput -o proto_version=1 -o publication_names=items
capture -i lo replication-subscription.pcap.bz2 subscribe
capture replication-wal.pcap.xz      receive_wal
capture replication-basebackup.pcap  pg_basebackup -U replicator --target blackhole -X none --checkpoint fast

# How connections end, and what is no conversation at all
capture end-server-shutdown.pcap     idle_until_shutdown
capture end-client-killed.pcap       interrupt KILL psql -c "select pg_sleep(2)"
capture end-client-reset.pcap        python raw.py reset $server15
capture port-scan.pcap               nmap -n -Pn -sS -p 5432 $server15 $no_server
capture port-connect.pcap            nmap -n -Pn -sT -p 5432 $server15 $no_server
capture http-request.pcap            fails curl -s "http://$server15:5432/"

# Ways of capturing
capture -i lo link-loopback.pcap     in_server psql "host=127.0.0.1" -c "select 'over lo'"
capture -i any link-any.pcap         psql -c "select 'to any interface'"
capture -i any -y LINUX_SLL link-any-sll.pcap psql -c "select 'to any interface'"
capture link-ipv6.pcap.lz4           psql "host=$server15_v6" -c "select 'over IPv6'"
capture --time-stamp-precision=nano time-nanoseconds.pcap psql -c "select 'precisely'"
capture -s 96 packets-cut-short.pcap psql -c "select id, name, price, note from items order by id"
capture packets-lost.pcap.zst        slowly psql -c "select i, repeat('.', 1000) from generate_series(1, 100) as i"
capture big-row.pcap.zst             psql -c "select repeat('x', 3000000)"
open_session
in_session "select 'before the capture';"
capture packets-from-the-middle.pcap go_on_and_leave

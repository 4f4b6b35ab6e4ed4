#!/usr/bin/env bash
# Installs a Debian package of pgwdump in a root that has nothing but a shell, and runs it
# on a capture there: neither a library nor another package is needed.
#
# usage: install-deb.sh FILE.deb
set -euo pipefail
deb=$(realpath "$1")
cd "$(dirname "$0")/.."

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,tmp,var/lib/dpkg/{info,updates}}
touch "$root"/var/lib/dpkg/{status,available}

# The shell is for the script behind the installation.
chmod 755 "$root" "$root/tmp"
(cd "$root/tmp" && apt-get download -qq -o APT::Sandbox::User=root busybox-static && dpkg-deb -x busybox-static_*.deb "$root" && rm ./*.deb)
for tool in sh cat; do ln -s busybox "$root/bin/$tool"; done

dpkg --root="$root" --force-depends --install "$deb"
cp testdata/pcaps/simple-select.pcap "$root/tmp/"
chroot "$root" /usr/bin/pgwdump version
chroot "$root" /usr/bin/pgwdump -r /tmp/simple-select.pcap -q | tail -n 5
for file in share/man/man1/pgwdump.1.gz share/bash-completion/completions/pgwdump share/doc/pgwdump/copyright; do
  [ -s "$root/usr/$file" ] || { echo "install-deb.sh: /usr/$file is missing" >&2; exit 1; }
done
dpkg --root="$root" --remove pgwdump
[ ! -e "$root/usr/bin/pgwdump" ] || { echo "install-deb.sh: /usr/bin/pgwdump is left" >&2; exit 1; }

#!/usr/bin/env bash
# Tries a release out without publishing anything: goreleaser judges goreleaser.yaml and
# builds everything of it, and the Debian package is installed in an empty root and run
# there. Wants root, and Debian's apt-get and dpkg.
set -euo pipefail
cd "$(dirname "$0")/.."

goreleaser=(go run github.com/goreleaser/goreleaser/v2@v2.16.0)
# The first run builds goreleaser, which takes long; one that is installed will do.
if command -v goreleaser >/dev/null; then goreleaser=(goreleaser); fi

skip=publish,sign,homebrew
command -v syft >/dev/null || skip+=,sbom

echo '== check'
"${goreleaser[@]}" check
echo "== snapshot, without $skip"
HOMEBREW_TAP_TOKEN='' "${goreleaser[@]}" release --snapshot --clean --skip="$skip"
(cd dist && sha256sum --check --quiet SHA256SUMS)
ls -l dist/*.tar.gz dist/*.zip dist/*.deb dist/*.rpm dist/*.apk dist/*.pkg.tar.zst

echo '== the Debian package in an empty root'
packaging/install-deb.sh dist/pgwdump_*_linux_"$(dpkg --print-architecture)".deb

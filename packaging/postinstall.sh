#!/bin/sh
# Runs behind the installation of a package. Nobody gets a privilege unasked.
cat <<'TEXT'
pgwdump reads capture files as any user. To let it capture from interfaces without
being root:

  setcap cap_net_raw+ep /usr/bin/pgwdump

Everybody who may run it can read the network then.
TEXT

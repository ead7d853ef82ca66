#!/usr/bin/env bash
# Starts (once) a private PostgreSQL cluster for the tests on a free loopback port and prints its connection string.
# Usage: tests/postgres.sh start|stop. Everything lives in one folder under the temporary directory.
set -euo pipefail
home=${TMPDIR:-/tmp}/governance-test-postgres-$(id -u)
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then echo "PostgreSQL is not installed (Debian: apt-get install postgresql)" >&2; exit 1; fi
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
case ${1:-start} in
  stop)
    [ -d "$home/data" ] && as "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$home" ;;
  start)
    mkdir -p "$home"
    exec 9>"$home/lock"; flock 9
    if [ ! -f "$home/ready" ] || ! as "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
      rm -rf "$home/data" "$home/ready"
      if [ "$(id -u)" = 0 ]; then chown postgres "$home"; fi
      port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 20000)))
      as "$bin/initdb" -D "$home/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$home/initdb.log" 2>&1 9>&-
      as "$bin/pg_ctl" -D "$home/data" -l "$home/data/server.log" -w \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c max_connections=300" start >/dev/null 9>&-
      echo "Host=127.0.0.1;Port=$port;Username=postgres;Include Error Detail=true" >"$home/ready"
    fi
    cat "$home/ready" ;;
esac

#!/usr/bin/env bash
# Calls a real server over real audio in each situation of docs/network.md, on networks that exist only in this machine's
# network namespaces. Needs root, and Debian's iproute2, iptables and coturn.
#
#   bench/network/nat.sh              every situation
#   bench/network/nat.sh lan relay    some of them
#   KEEP=1 bench/network/nat.sh       … and leave the logs
#
# browser-tcp runs only when it is named: it fails until the WebRTC library takes what Chromium sends (docs/network.md).
#
#   home 10.1.0.0/24           internet 203.0.113.0/24            away 10.2.0.0/24
#   server .2 ─┐                                                 ┌─ caller .2
#   laptop .3 ─┴─ .1 gate .10 ─── turn .9 ─── guest .30 ─── .20 nat .1 ┘
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH="$PWD/node_modules/.bin:$PATH"

for tool in ip iptables turnserver curl; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install iproute2 iptables coturn curl" >&2; exit 2; }
done
[ "$(id -u)" -eq 0 ] || { echo "Network namespaces need root." >&2; exit 2; }

prefix="parley$$"
work="$(mktemp -d /tmp/parley-nat.XXXXXX)"
port=8080
hosts=(server laptop gate turn guest nat caller net home)
server_pid= turn_pid=
failed=0

# Stops a process of this script (started without a subshell between, so that the id is its own).
stop() {
  local pid="$1"
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
cleanup() {
  stop "$server_pid"
  stop "$turn_pid"
  for host in "${hosts[@]}"; do ip netns del "$prefix-$host" 2>/dev/null || true; done
  if [ "${KEEP:-}" = "" ]; then rm -rf "$work"; else echo "Kept $work"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

on() { local host="$1"; shift; ip netns exec "$prefix-$host" "$@"; }

# A cable from a host's interface to one of the two switches.
cable() {
  local host="$1" interface="$2" address="$3" switch="$4"
  ip -n "$prefix-$host" link add "$interface" type veth peer name "$host" netns "$prefix-$switch"
  ip -n "$prefix-$switch" link set "$host" master br0 up
  ip -n "$prefix-$host" addr add "$address" dev "$interface"
  ip -n "$prefix-$host" link set "$interface" up
}

build() {
  local host
  for host in "${hosts[@]}"; do
    ip netns add "$prefix-$host"
    ip -n "$prefix-$host" link set lo up
  done
  for host in net home; do
    ip -n "$prefix-$host" link add br0 type bridge
    ip -n "$prefix-$host" link set br0 up
  done
  cable server eth0 10.1.0.2/24 home
  cable laptop eth0 10.1.0.3/24 home
  cable gate lan 10.1.0.1/24 home
  cable gate wan 203.0.113.10/24 net
  cable turn eth0 203.0.113.9/24 net
  cable guest eth0 203.0.113.30/24 net
  cable nat wan 203.0.113.20/24 net
  ip -n "$prefix-nat" link add lan type veth peer name eth0 netns "$prefix-caller"
  ip -n "$prefix-nat" addr add 10.2.0.1/24 dev lan
  ip -n "$prefix-nat" link set lan up
  ip -n "$prefix-caller" addr add 10.2.0.2/24 dev eth0
  ip -n "$prefix-caller" link set eth0 up
  ip -n "$prefix-server" route add default via 10.1.0.1
  ip -n "$prefix-laptop" route add default via 10.1.0.1
  ip -n "$prefix-caller" route add default via 10.2.0.1
  # The internet takes packets for private addresses and loses them; a refusal would make the TURN server hang up.
  ip -n "$prefix-net" addr add 203.0.113.1/24 dev br0
  for host in turn guest gate nat; do ip -n "$prefix-$host" route add default via 203.0.113.1; done
  for host in gate nat; do on "$host" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; done
}

# A router that hides what is behind it, lets nothing in that was not asked for, and forwards the web port only.
# "symmetric": another port for each destination, so that what STUN learns is of no use.
gates() {
  local kind="$1" host random=()
  [ "$kind" = symmetric ] && random=(--random-fully)
  for host in gate nat; do
    on "$host" iptables -t nat -F
    on "$host" iptables -F
    on "$host" iptables -P FORWARD DROP
    # As home routers do. Without it a stray packet makes an entry in the router's own table that takes the port away.
    on "$host" iptables -P INPUT DROP
    on "$host" iptables -t nat -A POSTROUTING -o wan -j MASQUERADE "${random[@]}"
    on "$host" iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED,DNAT -j ACCEPT
    on "$host" iptables -A FORWARD -i lan -o wan -j ACCEPT
  done
  on gate iptables -t nat -A PREROUTING -i wan -p tcp --dport "$port" -j DNAT --to-destination 10.1.0.2
}
forward_udp() { on gate iptables -t nat -A PREROUTING -i wan -p udp --dport "$port" -j DNAT --to-destination 10.1.0.2; }
# A network from which no UDP leaves but to the TURN server.
fence() { on "$1" iptables -I FORWARD -i lan -o wan -p udp ! -d 203.0.113.9 -j DROP; }

# One that lets no UDP out at all.
wall() { on "$1" iptables -I FORWARD -i lan -o wan -p udp -j DROP; }

start_turn() {
  ip netns exec "$prefix-turn" turnserver -n --log-file "$work/turn.log" --simple-log --no-cli --pidfile "$work/turn.pid" \
    --db "$work/turn.sqlite" --listening-ip 203.0.113.9 --relay-ip 203.0.113.9 --listening-port 3478 \
    --min-port 50000 --max-port 50100 --no-tls --no-dtls --lt-cred-mech --realm parley.test --user 'user:se/cr@t' \
    >"$work/turn.out" 2>&1 &
  turn_pid=$!
}

start_server() {
  ip netns exec "$prefix-server" env "$@" PORT="$port" DATA_DIR="$work/data" LOG_LEVEL=info node apps/server/src/main.ts \
    >"$work/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 300); do
    if on server curl -fs "http://127.0.0.1:$port/health" >/dev/null 2>&1; then return 0; fi
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "The server did not start:" >&2
  tail -n 20 "$work/server.log" >&2
  return 1
}

call_by_program() { timeout 60 ip netns exec "$prefix-$1" node apps/call/src/main.ts --url "http://$2:$port" --say "I would like to book a haircut"; }
call_by_browser() { timeout 60 ip netns exec "$prefix-$1" node bench/network/browser-call.ts "$2" "$port"; }

# situation NAME FROM URL_HOST [SETTING=VALUE…]: one server, one call; the call's exit code is the verdict.
situation() {
  local name="$1" from="$2" address="$3" verdict started call=call_by_program
  shift 3
  case "$name" in browser-*)
    call=call_by_browser
    if ! [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then echo "$name: no Chromium here, skipped"; return 0; fi ;;
  esac
  if ! start_server "$@"; then failed=1; server_pid=; return 0; fi
  started="$(date +%s%N)"
  if "$call" "$from" "$address" >"$work/$name.log" 2>&1; then verdict=works; else verdict=FAILS failed=1; fi
  printf '%-14s %-6s %5d ms\n' "$name" "$verdict" $((($(date +%s%N) - started) / 1000000))
  grep '^path: ' "$work/$name.log" | sed 's/^/    /' || true
  if [ "$verdict" = FAILS ]; then tail -n 6 "$work/$name.log" | sed 's/^/    /'; fi
  stop "$server_pid"
  server_pid=
}

turn='turn:203.0.113.9:3478|user|se/cr@t'
turn_tcp='turn:203.0.113.9:3478?transport=tcp|user|se/cr@t'
run() {
  case "$1" in
    loopback) gates cone; situation loopback server localhost HOST=localhost ;;
    lan) gates cone; situation lan laptop 10.1.0.2 HOST=0.0.0.0 ;;
    mapped) gates cone; forward_udp; situation mapped guest 203.0.113.10 HOST=0.0.0.0 PUBLIC_IP=203.0.113.10 ;;
    caller-nat) gates symmetric; forward_udp; situation caller-nat caller 203.0.113.10 HOST=0.0.0.0 PUBLIC_IP=203.0.113.10 ;;
    stun) gates cone; situation stun caller 203.0.113.10 HOST=0.0.0.0 ICE_SERVERS=stun:203.0.113.9:3478 ;;
    relay) gates symmetric; situation relay caller 203.0.113.10 HOST=0.0.0.0 "ICE_SERVERS=$turn" ;;
    fenced) gates symmetric; fence nat; fence gate; situation fenced caller 203.0.113.10 HOST=0.0.0.0 "ICE_SERVERS=$turn" ;;
    told) gates symmetric; situation told caller 203.0.113.10 HOST=0.0.0.0 PUBLIC_IP=203.0.113.10 "ICE_SERVERS=$turn" ;;
    dead-stun) gates cone; situation dead-stun laptop 10.1.0.2 HOST=0.0.0.0 ICE_SERVERS=stun:203.0.113.77:3478 ;;
    browser-relay) gates symmetric; situation browser-relay caller 203.0.113.10 HOST=0.0.0.0 "ICE_SERVERS=$turn" ;;
    browser-tcp) gates symmetric; wall nat; situation browser-tcp caller 203.0.113.10 HOST=0.0.0.0 "ICE_SERVERS=$turn,$turn_tcp" ;;
    *) echo "There is no situation $1." >&2; exit 2 ;;
  esac
}

build
start_turn
[ $# -gt 0 ] || set -- loopback lan mapped caller-nat stun relay told fenced dead-stun browser-relay
for name in "$@"; do run "$name"; done
exit "$failed"

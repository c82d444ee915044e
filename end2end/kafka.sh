#!/usr/bin/env bash
# A real Apache Kafka broker on loopback: one node, KRaft, everything it owns in one folder.
#
#   kafka.sh available         says whether a broker can be had here, and how it would be
#   kafka.sh run DIR PORT      a broker in the foreground, until Ctrl-C
#   kafka.sh start DIR [PORT]  one in the background (a free port unless given); prints its id.
#                              DIR/brokers then holds its address. A second start keeps port and data.
#   kafka.sh kill DIR          as a crash would end it; the data stay
#   kafka.sh stop DIR          in good order
#
# Uses Java and Maven (the jars come from kafka/pom.xml), else Docker. With KAFKA_OWNER set to a
# process id, a broker of `start` ends with that process.
#
# Further listeners, for the first start of a folder:
#   KAFKA_PROXY=HOST:PORT      one that tells its clients to come through this address;
#                              DIR/behind holds where a proxy there is to forward to
#   KAFKA_SECURE=yes           (Java only) two with TLS under a CA of their own, kafka/secure.sh:
#                              DIR/sasl asks for a password, DIR/mutual for a certificate
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
jars=${CARGO_TARGET_DIR:-$here/../target}/kafka/libs
image=apache/kafka:4.1.0

kind() {
  if command -v java >/dev/null && { [ -d "$jars" ] || command -v mvn >/dev/null; }; then
    echo java
  elif docker info >/dev/null 2>&1; then
    echo docker
  else
    return 1
  fi
}

need_kind() {
  kind || { echo "a broker needs Java 17 and Maven (Debian: openjdk-17-jre-headless maven), or Docker" >&2
    exit 1; }
}

free_port() {
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 20000))
    { : >/dev/tcp/127.0.0.1/$port; } 2>/dev/null || { echo $port; return; }
  done
  return 1
}

fetch_jars() {
  [ -d "$jars" ] && return
  rm -rf "$jars.part"
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars.part" >&2
  mv "$jars.part" "$jars"
}

# A listener under another name: what its clients are told, and the file that holds its address.
listener() { # DIR NAME PROTOCOL [ADVERTISED]
  local port
  port=$(free_port)
  echo "127.0.0.1:$port" >"$1/${2,,}"
  more_listeners+=",$2://$listen:$port"
  more_advertised+=",$2://${4:-127.0.0.1:$port}"
  more_protocols+=",$2:$3"
}

settings() { # PORT CONTROLLER-PORT LISTENING-ADDRESS
  cat <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$2
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://$3:$1,CONTROLLER://$3:$2$more_listeners
advertised.listeners=PLAINTEXT://127.0.0.1:$1$more_advertised
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT$more_protocols
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
END
}

# Everything that a broker needs to be started, once for each folder.
prepare() { # DIR PORT
  [ -f "$1/server.properties" ] && return
  mkdir -p "$1"
  local port=${2:-$(free_port)} controller listen=127.0.0.1
  controller=$(free_port)
  local more_listeners="" more_advertised="" more_protocols="" format=()
  [ "$how" = java ] || listen=0.0.0.0
  [ -z "${KAFKA_PROXY:-}" ] || listener "$1" BEHIND PLAINTEXT "$KAFKA_PROXY"
  if [ "${KAFKA_SECURE:-}" = yes ]; then
    listener "$1" SASL SASL_SSL
    listener "$1" MUTUAL SSL
  fi
  settings "$port" "$controller" $listen >"$1/server.properties"
  if [ "${KAFKA_SECURE:-}" = yes ]; then
    "$here/kafka/secure.sh" "$1" >>"$1/server.properties"
    mapfile -t format <"$1/tls/users"
  fi
  echo "127.0.0.1:$port" >"$1/brokers"
  [ "$how" = java ] || return 0
  echo "log.dirs=$1/data" >>"$1/server.properties"
  local id
  id=$(java -cp "$jars/*" kafka.tools.StorageTool random-uuid 2>/dev/null)
  java -cp "$jars/*" kafka.tools.StorageTool format -t "$id" -c "$1/server.properties" \
    "${format[@]}" >"$1/log" 2>&1
}

broker() { # DIR
  # A broker reads the keys of tokens only from where it is told that it may.
  exec java -Xmx512m -cp "$jars/*" \
    "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://$1/tls/jwks.json" \
    kafka.Kafka "$1/server.properties"
}

wait_until_up() { # DIR
  local address port
  address=$(cat "$1/brokers")
  port=${address#*:}
  for _ in {1..300}; do
    { : >/dev/tcp/127.0.0.1/"$port"; } 2>/dev/null && return
    sleep 0.2
  done
  echo "the broker did not come up; see $1/log" >&2
  return 1
}

# Ends the broker when its owner is gone, however that ended.
follow_owner() { # OWNER PID
  while kill -0 "$1" 2>/dev/null; do sleep 1; done
  kill -9 "$2" 2>/dev/null || true
}

start() { # DIR [PORT]
  if [ "$how" = java ]; then
    (broker "$1") >>"$1/log" 2>&1 </dev/null &
    echo $! >"$1/id"
    if [ -n "${KAFKA_OWNER:-}" ]; then
      follow_owner "$KAFKA_OWNER" "$!" >/dev/null 2>&1 </dev/null &
    fi
  else
    local port published=()
    port=$(sed 's/.*://' "$1/brokers")
    [ ! -f "$1/behind" ] || published=(-p "$(cat "$1/behind"):$(sed 's/.*://' "$1/behind")")
    docker start "streamboard-kafka-$port" >/dev/null 2>&1 ||
      docker run -d --name "streamboard-kafka-$port" -p "127.0.0.1:$port:$port" "${published[@]}" \
        -v "$1/server.properties:/mnt/shared/config/server.properties:ro" $image >/dev/null
    echo "streamboard-kafka-$port" >"$1/id"
  fi
  wait_until_up "$1"
  cat "$1/id"
}

end() { # DIR SIGNAL
  local id
  id=$(cat "$1/id")
  if [ "$how" = docker ]; then
    docker kill --signal "$2" "$id" >/dev/null
    [ "$2" = KILL ] || docker rm -f "$id" >/dev/null
    return
  fi
  kill -s "$2" "$id" 2>/dev/null || return 0
  for _ in {1..150}; do
    kill -0 "$id" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$id"
}

command=${1:-}
directory=${2:-}
case "$command" in
  available) kind; exit ;;
  run | start | kill | stop) : "${directory:?a folder is needed}" ;;
  *) sed -n '2,19s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
how=$(need_kind)
[ "$how" = docker ] || fetch_jars
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
case "$command" in
  run)
    prepare "$directory" "${3:-9092}"
    echo "broker: $(cat "$directory/brokers"), data: $directory, Ctrl-C ends it"
    if [ "$how" = java ]; then broker "$directory"; fi
    trap 'end "$directory" TERM' EXIT
    docker logs -f "$(start "$directory")"
    ;;
  start) prepare "$directory" "${3:-}"; start "$directory" ;;
  kill) end "$directory" KILL ;;
  stop) end "$directory" TERM ;;
esac

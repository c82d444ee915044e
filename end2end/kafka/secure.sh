#!/usr/bin/env bash
# What a broker needs for TLS and passwords: makes a CA, a broker's and a client's certificate in
# DIR/tls, and prints the settings of the listeners SASL and MUTUAL of kafka.sh.
#
#   secure.sh DIR
#
# DIR/tls then holds ca.pem, client.pem with client.key (client-locked.key behind KAFKA_KEY_PASSWORD,
# or `locked`), and other-ca.pem, which signed nothing. The user is `desk` with KAFKA_PASSWORD (or
# `right`); DIR/tls/users are the arguments that make it known to SCRAM when the storage is
# formatted. PLAIN also knows `guest`, with the same password, who may do nothing.
set -euo pipefail
directory=$1/tls
password=${KAFKA_PASSWORD:-right}
export key_password=${KAFKA_KEY_PASSWORD:-locked}
mkdir -p "$directory"
cd "$directory"

authority() { # NAME
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"
}

certificate() { # NAME
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out "$1.pem" \
    -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost")
}

{
  authority ca
  authority other-ca
  certificate broker
  certificate client
  openssl pkey -in client.key -aes256 -passout env:key_password -out client-locked.key
} >log 2>&1
cat broker.key broker.pem >broker-store.pem
printf '%s\n' --add-scram "SCRAM-SHA-256=[name=desk,password=$password]" \
  --add-scram "SCRAM-SHA-512=[name=desk,password=$password]" >users

module=org.apache.kafka.common.security
cat <<END
ssl.keystore.type=PEM
ssl.keystore.location=$directory/broker-store.pem
ssl.truststore.type=PEM
ssl.truststore.location=$directory/ca.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:desk;User:CN=client
listener.name.mutual.ssl.client.auth=required
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_desk="$password" user_guest="$password";
listener.name.sasl.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
END

#!/usr/bin/env bash
# What a broker needs for TLS and passwords: makes a CA, a broker's and a client's certificate in
# DIR/tls, and prints the settings of the listeners SASL and MUTUAL of kafka.sh.
#
#   secure.sh DIR
#
# DIR/tls then holds ca.pem, client.pem with client.key (client-locked.key behind KAFKA_KEY_PASSWORD,
# or `locked`), and other-ca.pem, which signed nothing. The user is `desk` with KAFKA_PASSWORD (or
# `right`); DIR/tls/users are the arguments that make it known to SCRAM when the storage is
# formatted. PLAIN also knows `guest`, with the same password, who may do nothing. OAUTHBEARER takes
# tokens of the issuer `bank` for the audience `kafka`, signed with DIR/tls/token.key.
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

encode_base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# The public half of a key, as a set of keys that a broker checks signatures with (RFC 7517).
key_set() { # KEY
  local modulus
  modulus=$(openssl rsa -in "$1" -noout -modulus)
  # shellcheck disable=SC2059
  modulus=$(printf "$(sed 's/^[^=]*=//; s/../\\x&/g' <<<"$modulus")" | encode_base64url)
  printf '{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"1","e":"AQAB","n":"%s"}]}' "$modulus"
}

{
  authority ca
  authority other-ca
  certificate broker
  certificate client
  openssl pkey -in client.key -aes256 -passout env:key_password -out client-locked.key
  openssl genrsa -out token.key 2048
} >log 2>&1
key_set token.key >jwks.json
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
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl.plain.sasl.jaas.config=$module.plain.PlainLoginModule required user_desk="$password" user_guest="$password";
listener.name.sasl.scram-sha-256.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required;
listener.name.sasl.oauthbearer.sasl.jaas.config=$module.oauthbearer.OAuthBearerLoginModule required;
listener.name.sasl.oauthbearer.sasl.server.callback.handler.class=$module.oauthbearer.OAuthBearerValidatorCallbackHandler
listener.name.sasl.oauthbearer.sasl.oauthbearer.jwks.endpoint.url=file://$directory/jwks.json
listener.name.sasl.oauthbearer.sasl.oauthbearer.expected.issuer=bank
listener.name.sasl.oauthbearer.sasl.oauthbearer.expected.audience=kafka
listener.name.sasl.oauthbearer.connections.max.reauth.ms=3600000
END

#!/bin/sh
# Makes the certificates of these tests anew: an authority (ca), a server it vouches for
# (localhost), one for another name (elsewhere), and one that nobody vouches for (stranger).
set -e
cd "$(dirname "$0")"
days=36500
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $key -keyout ca.key -out ca.pem -days $days -subj "/CN=Everstep test authority"
for name in localhost elsewhere; do
  san=$([ $name = localhost ] && echo "DNS:localhost,IP:127.0.0.1" || echo "DNS:mail.elsewhere.example")
  openssl req $key -keyout $name.key -out $name.csr -subj "/CN=$name"
  echo "subjectAltName=$san" > $name.ext
  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days $days -extfile $name.ext
done
openssl req -x509 $key -keyout stranger.key -out stranger.pem -days $days -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1"
rm -f ca.key ca.srl *.csr *.ext

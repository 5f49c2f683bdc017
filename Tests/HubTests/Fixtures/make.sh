#!/bin/sh
# Makes the certificate that nobody trusts, and its key, for the tests of https on this machine.
cd "$(dirname "$0")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout key.pem -out certificate.pem

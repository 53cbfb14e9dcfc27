#!/bin/sh
# Prints the secrets of a new installation, one line each, drawn anew:  umask 077; sh deploy/new-secrets.sh > deploy/.env
set -eu
draw() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
for name in POSTGRES LEDGER PREFECT LABEL_STUDIO; do echo "${name}_PASSWORD=$(draw 16)"; done
echo "SAEGIM_S3_ACCESS_KEY=$(draw 10)"
echo "SAEGIM_S3_SECRET_KEY=$(draw 20)"
echo "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY=$(draw 10)"
echo "SAEGIM_LABEL_STUDIO_S3_SECRET_KEY=$(draw 20)"
echo "SAEGIM_LABEL_STUDIO_TOKEN=$(draw 20)"
echo "SAEGIM_LABEL_STUDIO_PASSWORD=$(draw 9)"
echo "PREFECT_API_AUTH_STRING=saegim:$(draw 18)"
echo "SAEGIM_PORTAL_SECRET=$(draw 32)"
echo "SAEGIM_PSEUDONYM_SECRET=$(draw 16)"

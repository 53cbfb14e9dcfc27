#!/bin/sh
# Three databases, each with a user of its own: the ledger, Prefect's and Label Studio's. Runs once, on an empty data folder.
set -eu
for name in ledger prefect label_studio; do
    secret=$(printenv "$(printf '%s_PASSWORD' "$name" | tr 'a-z' 'A-Z')")
    psql --quiet --set ON_ERROR_STOP=1 --set name="$name" --set secret="$secret" --username "$POSTGRES_USER" <<'SQL'
create user :"name" password :'secret';
create database :"name" owner :"name" template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8';
SQL
done

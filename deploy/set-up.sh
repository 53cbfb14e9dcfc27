#!/bin/sh
# Brings an installation up to date: buckets, the ledger's schema, work pools, deployments, alerts. Changes nothing that stands.
# POOL_TYPE is process, docker or kubernetes; the pools' templates are in deploy/pools/.
set -eu
cd "$(dirname "$0")/.."
type=${POOL_TYPE:-process}
python -m apps.stack.buckets
saegim ledger upgrade
for pool in cpu gpu; do
    if ! prefect work-pool inspect "$pool" >/dev/null 2>&1; then
        if [ "$type" = process ]; then prefect work-pool create "$pool" --type process
        else prefect work-pool create "$pool" --type "$type" --base-job-template "deploy/pools/$type-$pool.json"; fi
    fi
done
prefect --no-prompt deploy --all
saegim setup

#!/usr/bin/env bash
# Sets up what is missing, builds everything and runs every test. Arguments go to ctest: ./test.sh -R collective
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$root/scripts/install-deps" --tests
started=$SECONDS
"$root/scripts/build" release
built=$SECONDS

cd "$root"
status=0
ctest --preset release "$@" || status=$?
echo "Built in $((built - started)) s, tested in $((SECONDS - built)) s."
exit "$status"

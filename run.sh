#!/usr/bin/env bash
# Sets up what is missing, builds the program and runs the main job: one layer of Llama-3-8B decoding on a WSE-2,
# wavelet by wavelet. Arguments, if any, are given to the program instead: ./run.sh explain fabric.hop_latency
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$root/scripts/install-deps"
"$root/scripts/build" release scribeline
program="$root/build/release/scribeline"

if [[ $# -gt 0 ]]; then
  exec "$program" "$@"
fi

cd "$root"
mkdir -p results/runs
job=(run --machine wse2 --model llama-3-8b --context 4096 --region 420x420 --fidelity wavelet -o results/runs/first.h5)
echo "\$ scribeline ${job[*]}" >&2
"$program" "${job[@]}"

cat >&2 <<END

The program: $program
The result:  $root/results/runs/first.h5
Try next:    ./run.sh run --machine wse3 --model llama-3.1-8b --context 4096   a whole token: where does its time go?
             ./run.sh explain results/runs/first.h5               the same of this job, in sentences
             ./run.sh list models                                 what else can run
             ./run.sh explain fabric.hop_latency                  what a parameter means, and who says so
             ./test.sh                                            every test
END

#!/usr/bin/env bash
# A night of campaigns on Slurm: an array whose tasks are shards, and a job that merges them when all
# have ended. On the login node, where campaign.toml is, in a folder that all nodes share:
#
#   SHARDS=32 bash slurm-array.sh
#
# To change: --time, which must be longer than the campaign; partition, account and cores; SHARDS.
#SBATCH --job-name=night
#SBATCH --time=03:00:00
#SBATCH --cpus-per-task=2
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

campaign() {
  # A task that Slurm starts once more goes on where it was. exec: the signal is for Tidemark.
  exec tidemark campaign campaign.toml --night "$NIGHT" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --corpus corpus --new-corpus --out "night-$NIGHT" --resume
}

submit() {
  local array
  mkdir -p night && touch night/history.jsonl # a line a night
  NIGHT=$(($(wc -l <night/history.jsonl) + 1))
  export NIGHT
  array=$(sbatch --parsable --array="0-$((${SHARDS:-32} - 1))" "$0")
  sbatch --job-name=merge --dependency="afterany:${array%%;*}" \
    --wrap="tidemark corpus merge campaign.toml corpus night-$NIGHT/corpus --out corpus
      exec tidemark merge night-$NIGHT --out night"
}

if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then campaign; else submit; fi

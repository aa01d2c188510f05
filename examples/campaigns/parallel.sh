#!/usr/bin/env bash
# A night of campaigns by GNU parallel, on this machine or on several: each of their cores runs one
# shard after the other, and then this machine merges them all. Where campaign.toml is:
#
#   bash parallel.sh SHARDS [HOST,…]      bash parallel.sh 32 :,lab1,lab2
#
# `:` is this machine. The others are reached by ssh, and have tidemark and rsync. The same command
# once more goes on where it was interrupted. To change: --sshlogin also takes the ports and users of
# hosts; `--jobs 50%` before it leaves half of the cores to others.
set -euo pipefail

shards=${1:?expected a number of shards, and hosts where they are others than this one}
hosts=${2:-:}
mkdir -p night corpus && touch night/history.jsonl # a line a night
night=$(($(wc -l <night/history.jsonl) + 1))
commit=$(git rev-parse HEAD) # the others have no checkout
export CI_COMMIT_SHA=$commit

# Interrupted, it is no night yet.
trap 'exit 130' INT
trap 'exit 143' TERM
# What a shard found fails nothing here (parallel counts those that failed); the merge decides.
seq 0 $((shards - 1)) | parallel --sshlogin "$hosts" --env CI_COMMIT_SHA --workdir . \
  --basefile campaign.toml --basefile corpus --return "night-$night-{}" --termseq TERM,20000,KILL \
  --line-buffer --tag --quote \
  tidemark campaign campaign.toml --shard "{}/$shards" --night "$night" --jobs 1 \
  --corpus corpus --new-corpus --out "night-$night-{}" --resume || true
tidemark corpus merge campaign.toml corpus "night-$night-"*/corpus --out corpus || true
exec tidemark merge "night-$night"-* --out night

#!/usr/bin/env bash
# Compares `tidemark explore` with SPIN on one scope, in one run on one machine, one job each.
#
#   bench/spin/compare.sh [TIDEMARK [EDITS [LOST]]]
#
# TIDEMARK is the binary, build/tidemark if none is given; EDITS (3 or 4) and LOST (1 to 3) bound
# the scope, 3 and 1 if not given. RUNS=20 in the environment: each is run so often, and the
# shortest run counts. Time is wall clock of the whole process, for both.
#
# Exit: 0 compared, whatever was found; 2 something that is needed is not there; 3 a run failed.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tidemark=${1:-$here/../../build/tidemark}
edits=${2:-3}
lost=${3:-1}
runs=${RUNS:-20}

need() {
  command -v "$1" >/dev/null && return
  echo "compare.sh: '$1' is not there; on Debian: apt-get install $2" >&2
  exit 2
}
need spin spin
need gcc gcc
if [[ ! -x $tidemark ]]; then
  echo "compare.sh: no tidemark at '$tidemark'; build it, or name it: compare.sh TIDEMARK" >&2
  exit 2
fi
if [[ ! $edits =~ ^[34]$ || ! $lost =~ ^[123]$ || ! $runs =~ ^[1-9][0-9]*$ ]]; then
  echo "compare.sh: EDITS is 3 or 4, LOST is 1 to 3, RUNS is a number from 1" >&2
  exit 2
fi
tidemark=$(cd "$(dirname "$tidemark")" && pwd)/$(basename "$tidemark")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "compare.sh: $1" >&2
  shift
  for file in "$@"; do tail -n 20 "$file" >&2; done
  exit 3
}

calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# best OUT COMMAND...: runs it often; leaves its output in OUT and the shortest time, in
# microseconds, in $shortest. Exit codes 0 and 1 are fine: 1 is "a property was violated".
best() {
  local out=$1 begin end code run
  shift
  shortest=0
  for ((run = 0; run < runs; ++run)); do
    begin=${EPOCHREALTIME/./}
    code=0
    "$@" >"$out" 2>&1 || code=$?
    end=${EPOCHREALTIME/./}
    ((code <= 1)) || fail "'$*' ended with $code" "$out"
    if ((shortest == 0 || end - begin < shortest)); then shortest=$((end - begin)); fi
  done
}

# ---- SPIN ---------------------------------------------------------------------------------------

spin_version=$(spin -V | awk '{ print $3 }')
spin "-DCHANGES=$edits" "-DLOSSES=$lost" -a "$here/guarded.pml" >spin.out 2>&1 ||
  fail "spin does not take guarded.pml" spin.out

# SAFETY, NOREDUCE: there are no cycles to look for, and with one process nothing to reduce.
# NOVSZ: all state vectors are of one size. NO_RESIZE: the table has the right size from the start.
lean="-DSAFETY -DNOREDUCE -DNOVSZ -DNO_RESIZE"

# build FLAGS...: the verifier, as ./pan
build() {
  # shellcheck disable=SC2086
  gcc -O3 -w $1 -o pan pan.c 2>gcc.out || fail "gcc does not take what spin wrote" gcc.out
}

stored() { awk '/states, stored/ { print $1 }' "$1"; }

# Whether a run of ./pan was a whole search, and settled each state once.
check_pan() {
  grep -q 'errors: 0$' "$1" || fail "pan found an error" "$1"
  grep -q "^judged: $(stored "$1") states" "$1" || fail "pan did not judge every state once" "$1"
  ! grep -Eq 'max search depth too small|Search not completed|out of memory' "$1" ||
    fail "pan did not search everything" "$1"
}

# A first search says how large the table and the stack have to be. So one would set them by hand.
build "$lean"
./pan -m100000 -w20 >probe.out 2>&1 || fail "pan failed" probe.out
check_pan probe.out
states=$(stored probe.out)
vector=$(awk '/^State-vector/ { print $2 }' probe.out)
depth=$(awk '/^State-vector/ { print $6 + 10 }' probe.out)
slots=1
while ((1 << slots < states)); do slots=$((slots + 1)); done
broken=$(awk '/^breaches of/ && $4 > 0 { sub(":", "", $3); printf "%s%s", sep, $3; sep = ", " }' \
  probe.out)
messages=$(awk '/^judged:/ { print $7 }' probe.out)

# measure NAME FLAGS OPTIONS...: one way to store states, exactly. Prints a line of the table.
declare -A seconds bytes
measure() {
  local name=$1 flags=$2
  shift 2
  build "$flags"
  best pan.out ./pan "$@"
  check_pan pan.out
  [[ $(stored pan.out) == "$states" ]] || fail "'$name' stored other states" pan.out
  seconds[$name]=$(calc %.6f "$shortest / 1e6")
  # All that pan used: states, table, and a stack that is small by now.
  bytes[$name]=$(awk -v n="$states" '/total actual memory usage|memory usage \(Mbyte\)/ \
    { printf "%.1f", $1 * 1048576 / n }' pan.out)
  printf '  %-10s %11s states/s  %6s bytes/state  %s\n' "$name" \
    "$(calc %.0f "$states / ${seconds[$name]}")" "${bytes[$name]}" "gcc -O3 $flags; ./pan $*"
}

echo "SPIN's exact ways to store states:"
measure plain "$lean -DNOCOMP" "-m$depth" "-w$slots"
measure mask "$lean" "-m$depth" "-w$slots"
measure collapse "$lean -DCOLLAPSE" "-m$depth" "-w$slots"
measure automaton "$lean -DMA=$vector" "-m$depth"
measure breadth "-DBFS $lean -DNOCOMP" "-w$slots"
echo

fastest=plain
for name in "${!seconds[@]}"; do
  if [[ $(calc %d "${seconds[$name]} < ${seconds[$fastest]}") == 1 ]]; then fastest=$name; fi
done
spin_rate=$(calc %.0f "$states / ${seconds[$fastest]}")
echo "spin $spin_version: $states states, $spin_rate states/s, ${bytes[$fastest]} bytes/state" \
  "(state vector $vector), $(calc %.3f "${seconds[$fastest]}") s, broken: ${broken:-nothing}"
echo "  settle: $messages messages," \
  "$(calc %.0f "$messages / ${seconds[$fastest]}") messages/s of the whole time"

# ---- tidemark -----------------------------------------------------------------------------------

if ! "$tidemark" explore --help >help.out 2>&1 || ! grep -q -e '--edits' help.out; then
  echo "compare.sh: this tidemark has no 'explore'" >&2
  exit 2
fi

# How the JSON is read: keys stand in alphabetical order, one a line. The last `"KEY": NUMBER`.
number() {
  awk -v key="\"$1\":" '$1 == key && $2 ~ /^[0-9]+,?$/ { n = $2 + 0 } END { print n }' explore.json
}
broken_of() {
  awk '$1 == "\"holds\":" { holds = $2 } $1 == "\"name\":" && holds == "false," \
    { gsub(/[",]/, "", $2); printf "%s%s", sep, $2; sep = ", " }' explore.json
}
our_version=$("$tidemark" --version | awk '{ print $2; exit }')

# explore NAME FLAGS...: one way to search; prints its line and the ratios to SPIN's fastest.
explore() {
  local name=$1 our_states our_seconds our_rate
  shift
  rm -f explore.json
  best explore.out "$tidemark" explore --protocol guarded --strategy server-priority --clients 2 \
    --objects 2 --edits "$edits" --lost "$lost" --backend off --shared-keys off --deletes off \
    --interleave on --quiet --out explore.json "$@"
  [[ -s explore.json ]] || fail "tidemark explore wrote no JSON" explore.out
  our_states=$(number states)
  our_seconds=$(calc %.6f "$shortest / 1e6")
  our_rate=$(calc %.0f "$our_states / $our_seconds")
  echo "tidemark $our_version, $name: $our_states states, $our_rate states/s," \
    "$(calc %.1f "$(number bytes) / $our_states") bytes/state, $(calc %.3f "$our_seconds") s," \
    "broken: $(broken_of)"
  echo "  to spin: $(calc %.2f "$our_rate / $spin_rate") in states/s," \
    "$(calc %.2f "${seconds[$fastest]} / $our_seconds") in answers/s;" \
    "settle: $(number executed) messages executed of $(number wanted)"
}

explore "no reductions, 1 job" --reductions none --jobs 1
explore "no reductions, 2 jobs" --reductions none --jobs 2
explore "all reductions, 1 job" --jobs 1
explore "all reductions, 2 jobs" --jobs 2
echo

cat <<'END'
What differs:
  - SPIN runs a model that was written for this scope only, and is packed by hand: no keys, names,
    stamps, deletions, merges, late messages. The explorer runs the engine, the world and the
    invariants that fuzzing runs, and has all of them.
  - A state of SPIN's is stored whole, in few bits; of the explorer's a hash of 96 bits and what is
    left of the bounds is stored, and the path to it.
  - The model has no symmetry: A and B with their roles swapped are two states, and so are two
    objects, or versions that differ by name only. `no reductions` is the like-for-like row.
  - The model takes a cycle message by message only; the explorer also has whole syncs as steps, so
    it executes twice as many steps a state, and its lengths are those of traces.
  - SPIN goes depth first and counts breaches; the explorer goes breadth first, in levels, and ends
    with a shortest trace of each, run again and simplified, which is in its time.
  - SPIN settles every state by itself; the explorer looks up what it has settled before.
  - SPIN's time is without spin and gcc, which a change of the model needs again.
END

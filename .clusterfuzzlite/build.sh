#!/bin/bash
# Builds the fuzzers into $OUT, as ClusterFuzzLite asks for it: run in the folder of the checkout,
# with the compiler, its flags and the engine in the environment. tests/fuzz/check_clusterfuzzlite
# runs it without the image.
#
# Without CMake, which would look for what the program needs and the fuzzers do not.
set -eu
targets=(trace_fuzzer answer_fuzzer episode_fuzzer)
export objects=$WORK/objects

compile() {
  mkdir -p "$objects/$(dirname "$1")"
  # The flags are several words.
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS -std=c++20 -DFMT_HEADER_ONLY -I. -Ibase -c "$1" -o "$objects/$1.o"
}
export -f compile
# shellcheck disable=SC2016
{
  cat tests/fuzz/sources.txt
  printf 'tests/fuzz/%s.cpp\n' "${targets[@]}"
} | xargs -P "$(nproc)" -I '{}' bash -eu -c 'compile "$1"' compile '{}'
sed "s|.*|$objects/&.o|" tests/fuzz/sources.txt | xargs ar rcs "$WORK/fuzzed.a"

for target in "${targets[@]}"; do
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS "$objects/tests/fuzz/$target.cpp.o" "$WORK/fuzzed.a" $LIB_FUZZING_ENGINE \
    -o "$OUT/$target"
  zip -qj "$OUT/${target}_seed_corpus.zip" tests/fuzz/corpus/"${target%_fuzzer}"/*
  if [[ -e tests/fuzz/$target.options ]]; then cp "tests/fuzz/$target.options" "$OUT/"; fi
done

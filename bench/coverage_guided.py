#!/usr/bin/env python3
"""How soon do coverage-guided fuzzers find the mutants of `hardened`, and how soon does tidemark?

    CXX=clang++-14 cmake -B build-plain \\
      -DTIDEMARK_FUZZERS=ON -DTIDEMARK_TESTS=OFF -DTIDEMARK_SANITIZE=fuzzer-no-link
    python3 bench/coverage_guided.py --out runs.jsonl --seeds 3 --seconds 5

needs build/ with the program and, each with its episode_fuzzer, build-plain/ (libFuzzer alone),
build-fuzz/ (libFuzzer under sanitizers) and build-afl/ (AFL++); docs/FUZZING.md has how to make
them. Every run is one process, on the same budget of processor time, and ends with the first
episode that breaks anything. What is measured is added to the file as it comes, one line a run;
a run that the file has is not made again. `--table` only prints the table.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEDS = ROOT / "tests/fuzz/corpus/episode"
MOST_BYTES = 130  # sim/bytes.h
TICKS = os.sysconf("SC_CLK_TCK")
NAMES = {"random": "tidemark", "empty": "libFuzzer, empty corpus",
         "long": "libFuzzer, empty corpus, -len_control=0", "seeds": "libFuzzer, seeds",
         "sanitized": "libFuzzer, seeds, sanitizers", "afl": "AFL++, seeds"}


def processor_seconds(process):
    """Of a process and all below it, with those that they waited for; 0 where it has ended."""
    proc = pathlib.Path(f"/proc/{process}")
    try:
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        below = (proc / f"task/{process}/children").read_text().split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / TICKS + sum(map(processor_seconds, below))


def run(command, folder, seconds, **environment):
    """Returns the exit code, None where the budget ended it, the seconds used and the output."""
    before = children_seconds()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   env={**os.environ, **environment})
        seen = 0
        ended = False
        while process.poll() is None:
            seen = max(seen, processor_seconds(process.pid))
            if not ended and seen >= seconds:
                ended = True
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.02)
    # AFL++ does not wait for what it ends.
    used = max(children_seconds() - before, seen)
    return None if ended else process.returncode, used, log.read_text(errors="replace")


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found[1]) if found else None


def must_be(good, output):
    if not good:
        sys.exit(f"coverage_guided: not an output that was expected:\n{output[-2000:]}")


def hunt_at_random(mutant, seed, seconds, folder):
    if mutant["rare"]:
        return hunt_rare(mutant, seed, seconds, folder)
    command = [ROOT / "build/tidemark", "mutants", mutant["name"], "--seeds", "1", "--seed",
               str(seed), "--episodes", str(1 << 40), "--jobs", "1", "--out", "result.json", "-q"]
    code, used, output = run(command, folder, seconds)
    if code is None:
        return False, used, None
    must_be(code in (0, 3), output)
    return True, used, json.loads((folder / "result.json").read_text())["mutants"][0]["episodes"][0]


def hunt_rare(mutant, seed, seconds, folder):
    """`mutants` does not run these: pieces of a run of `fuzz`, until one of them breaks."""
    episodes = 0
    total = 0
    while total < seconds:
        command = [ROOT / "build/tidemark", "fuzz", "--protocol", "hardened", "--mutate",
                   mutant["name"], "--strategy", mutant["strategy"], "--seed",
                   str(seed + episodes), "--episodes", "5000", "--jobs", "1", "--require-marks",
                   "never", "--shrink-most", "1", "-q"]
        code, used, output = run(command, folder, seconds - total)
        total += used
        if code is None:
            break
        must_be(code in (0, 1), output)
        episodes += 5000
        if code == 1:
            return True, total, episodes
    return False, total, episodes


def hunt_by_libfuzzer(build, more, mutant, seed, seconds, folder):
    (folder / "corpus").mkdir()
    command = [ROOT / build / "tests/fuzz/episode_fuzzer", f"-seed={seed}",
               f"-max_len={MOST_BYTES}", "-print_final_stats=1", folder / "corpus", *more]
    code, used, output = run(command, folder, seconds, TIDEMARK_MUTANT=mutant["name"])
    must_be(code in (None, 77), output)
    return code == 77, used, number(r"stat::number_of_executed_units: (\d+)", output)


def hunt_by_afl(mutant, seed, seconds, folder):
    command = ["afl-fuzz", "-i", SEEDS, "-o", folder / "out", "-s", str(seed), "-G",
               str(MOST_BYTES), "-t", "5000", "--", ROOT / "build-afl/tests/fuzz/episode_fuzzer"]
    code, used, output = run(
        command, folder, seconds, TIDEMARK_MUTANT=mutant["name"], AFL_BENCH_UNTIL_CRASH="1",
        AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1",
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1")
    if "valid input seed that does not crash" in output:
        return True, used, len(list(SEEDS.iterdir()))
    found = any((folder / "out/default/crashes").glob("id:*"))
    must_be(found or code is None, output)
    stats = folder / "out/default/fuzzer_stats"
    text = stats.read_text() if stats.exists() else ""
    return found, used, number(r"execs_done\s*: (\d+)", text)


HUNTS = {
    "random": hunt_at_random,
    "empty": lambda *run: hunt_by_libfuzzer("build-plain", [], *run),
    "long": lambda *run: hunt_by_libfuzzer("build-plain", ["-len_control=0"], *run),
    "seeds": lambda *run: hunt_by_libfuzzer("build-plain", [SEEDS], *run),
    "sanitized": lambda *run: hunt_by_libfuzzer("build-fuzz", [SEEDS], *run),
    "afl": hunt_by_afl,
}


def mutants_of_hardened():
    listed = subprocess.run([ROOT / "build/tidemark", "list", "mutants", "--out", "-"],
                            check=True, capture_output=True).stdout
    return [each for each in json.loads(listed)["mutants"] if each["protocol"] == "hardened"]


def measure(arguments):
    known = {(each["engine"], each["mutant"], each["seed"]) for each in read(arguments.out)}
    mutants = mutants_of_hardened()
    sample = [each for each in mutants if each["rare"]]
    sample += [each for each in mutants if not each["rare"]][::arguments.every]
    for seed in range(1, arguments.seeds + 1):
        for mutant in sample:
            for engine in arguments.engines.split(","):
                if (engine, mutant["name"], seed) in known:
                    continue
                folder = pathlib.Path(tempfile.mkdtemp())
                found, used, episodes = HUNTS[engine](mutant, seed, arguments.seconds, folder)
                shutil.rmtree(folder)
                line = {"engine": engine, "mutant": mutant["name"], "rare": mutant["rare"],
                        "seed": seed, "budget": arguments.seconds, "found": found,
                        "seconds": round(used, 3), "episodes": episodes}
                with arguments.out.open("a") as lines:
                    lines.write(json.dumps(line) + "\n")


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def grouped(value):
    return f"{value:,}".replace(",", " ")


def middle(runs, measure, form):
    """The median over all runs; none where it is among those that did not find."""
    values = sorted(run[measure] if run["found"] else float("inf") for run in runs)
    median = statistics.median_high(values)
    return "–" if median == float("inf") else form(median)


def print_table(runs):
    """By engine, of the runs that all engines made."""
    engines = [each for each in NAMES if any(run["engine"] == each for run in runs)]
    made = {(run["engine"], run["mutant"], run["seed"]): run for run in runs}
    places = sorted({(run["mutant"], run["seed"]) for run in runs
                     if all((each, run["mutant"], run["seed"]) in made for each in engines)})
    print(f"{len(places)} runs an engine; {len({mutant for mutant, _ in places})} mutants\n")
    print("| | runs that found | of them rare | found a minute | episodes a second | "
          "episodes to find, median | seconds to find, median |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    for engine in engines:
        print_row(NAMES[engine], [made[engine, *place] for place in places])


def print_row(name, runs):
    found = [run for run in runs if run["found"]]
    rare = [run for run in runs if run["rare"]]
    seconds = sum(run["seconds"] for run in runs)
    long = [run for run in runs if run["episodes"] and run["seconds"] > 1]  # starting weighs little
    rate = sum(run["episodes"] for run in long) / max(sum(run["seconds"] for run in long), 1)
    print(f"| {name} | {len(found)} of {len(runs)} | {sum(run['found'] for run in rare)} of "
          f"{len(rare)} | {60 * len(found) / seconds:.0f} | {grouped(round(rate / 100) * 100)} | "
          f"{middle(runs, 'episodes', grouped)} | {middle(runs, 'seconds', '{:.2f}'.format)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="one line a run")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each engine and mutant")
    parser.add_argument("--seconds", type=float, default=10, help="of processor time, of one run")
    parser.add_argument("--every", type=int, default=1, help="of the mutants that are not rare")
    parser.add_argument("--engines", default=",".join(HUNTS), help="some of them, a comma between")
    parser.add_argument("--table", action="store_true", help="measure nothing more")
    arguments = parser.parse_args()
    unknown = set(arguments.engines.split(",")) - set(HUNTS)
    if unknown:
        parser.error(f"unknown engine '{min(unknown)}', expected some of: {', '.join(HUNTS)}")
    if not arguments.table:
        measure(arguments)
    print_table(read(arguments.out))


if __name__ == "__main__":
    main()

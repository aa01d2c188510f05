#!/usr/bin/env python3
"""Writes docs/FINDINGS.md and tests/traces/findings/ from what `tidemark explore` finds.

python3 docs/make_findings.py [TIDEMARK]             run every search, write page and traces
python3 docs/make_findings.py [TIDEMARK] --check     write nothing; exit 1 if anything would change
python3 docs/make_findings.py [TIDEMARK] --check --quick   the same of what a minute shows: QUICK, and each trace
python3 docs/make_findings.py [TIDEMARK] --shrinker  also measure the shrinker against the searches
python3 docs/make_findings.py [TIDEMARK] --hardened  also the evidence for `hardened`: an hour or two

What PouchDB does is found out where `node` and examples/pouchdb/node_modules are there (ten minutes), and is
kept as it is otherwise.

The same program gives the same bytes. TIDEMARK is build/tidemark if it is left out.
"""

import argparse
import json
import math
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "FINDINGS.md"
FOLDER = ROOT / "tests" / "traces" / "findings"
WIDTH = 110

PROTOCOLS = ("page", "reference", "guarded")
STRATEGIES = ("server-priority", "client-priority", "timestamp-priority")
INVARIANTS = ("no-lost-update", "convergence", "one-object-per-key", "no-resurrection", "quiescence",
              "no-redundant-transfer", "integrity", "told")

# Key, name, flags. The first five know no faults.
SCOPES = (
    ("a", "whole cycles", "--edits 3 --backend off --deletes off --interleave off"),
    ("b", "interleaved", "--edits 3"),
    ("c", "two objects", "--objects 2 --edits 3 --backend off --shared-keys off --deletes off"),
    ("d", "one key", "--objects 2 --edits 2"),
    ("e", "three clients", "--clients 3 --edits 2 --backend off"),
    ("f", "lost", "--edits 3 --faults lost"),
    ("g", "late and duplicate", "--edits 2 --backend off --faults late,duplicate"),
    ("h", "clock", "--edits 3 --faults clock"),
    ("i", "crash and reinstall", "--edits 2 --faults crash,reinstall"),
    ("j", "restore", "--edits 2 --faults restore"),
    ("k", "full sync", "--edits 3 --faults full-sync"),
)
FAULTLESS = "abcde"
EVERYTHING = {protocol: "".join(key for key, _, _ in SCOPES) for protocol in PROTOCOLS}
# The searches of a quick check. Of the other two protocols these come before the first that takes long.
QUICK = {**EVERYTHING, "reference": "abcdef", "guarded": "abcdef"}
HEALING_SCOPES = "bcdfhj"
HEALING_FLAGS = {"h": "--edits 2 --faults clock"}  # where they differ

# What settles which fault a trace needs.
FAULT_STEPS = (("lost", r"lose=|^drop "), ("late", r"^give-up "), ("duplicate", r"^duplicate "),
               ("offline", r"^offline "), ("clock", r"^clock "), ("crash", r"^crash "),
               ("reinstall", r"^reinstall "), ("restore", r"^restore "),
               ("full-sync", r"^full-sync |^begin-full "))

NARROW = "--backend off --shared-keys off --deletes off"
ALWAYS = "--set upload-ack-moves-download-mark=always"
# Name, options, strategies, scope, invariant, length, trace file.
KNOWN = (
    ("own echo", "", "all", f"{NARROW} --interleave off", "no-redundant-transfer", 1,
     "0-own-echo"),
    ("the echo undoes a newer edit", "", "server-priority", f"{NARROW} --interleave off",
     "no-lost-update", 3, "1-echo-undoes-a-newer-edit"),
    ("a lost ack undoes a newer edit", ALWAYS, "server-priority",
     f"{NARROW} --interleave off --faults lost", "no-lost-update", 3,
     "2-lost-ack-undoes-a-newer-edit"),
    ("a full sync undoes a newer edit", ALWAYS, "server-priority",
     f"{NARROW} --interleave off --faults full-sync", "no-lost-update", 4,
     "3-full-sync-undoes-a-newer-edit"),
    ("the ack moves the mark past another's object", ALWAYS, "all", f"--objects 2 {NARROW}",
     "convergence", 5, "4-ack-moves-the-mark-past-anothers-object"),
    ("the same with the backend", ALWAYS, "all",
     "--objects 2 --shared-keys off --deletes off", "convergence", 4, "4-with-the-backend"),
)

SHRINKER_BEGIN = "<!-- shrinker: kept from run to run, made anew with --shrinker -->"
SHRINKER_END = "<!-- end of shrinker -->"
HARDENED_BEGIN = "<!-- hardened: kept from run to run, made anew with --hardened -->"
HARDENED_END = "<!-- end of hardened -->"

# Name, flags.
HARDENED_SCOPES = (
    ("two objects, one key", "--objects 2 --edits 3 --lost 1"),
    ("three clients", "--clients 3 --edits 3 --lost 1"),
    ("lost, late, duplicate", "--edits 3 --lost 2 --late 2 --duplicates 1"),
    ("crash, reinstall, full sync, clock, restore",
     "--edits 2 --crashes 1 --reinstalls 1 --full 1 --clock 1 --restores 1"),
)
# Clients, and episodes of more than 833.4 million steps: twelve times that is ten billion.
HARDENED_EPISODES = ((2, 24_000_000), (3, 20_600_000), (4, 18_400_000), (8, 12_600_000))

POUCHDB = ROOT / "examples" / "pouchdb"
POUCHDB_ENGINE = "node examples/pouchdb/adapter.js"
POUCHDB_BEGIN = "<!-- pouchdb: kept where node or examples/pouchdb/node_modules is not there -->"
POUCHDB_END = "<!-- end of pouchdb -->"
# Flags, and the invariants that these episodes break.
POUCHDB_CAMPAIGNS = (
    ("--episodes 1000", ("no-lost-update", "no-resurrection")),
    ("--episodes 2500 --deletes off --seed 12", ("convergence",)),
    ("--episodes 2500 --deletes off --clients 2 --objects 1 --faults none", ("no-redundant-transfer",)),
)
# Trace, name, what it shows.
POUCHDB_TRACES = (
    ("1-losing-edit-comes-back", "A deletion undoes the edit that won",
     "Two edits of one object meet, and one wins. Whoever deletes the object deletes the winner "
     "only: the losing edit is what PouchDB shows from then on, on every replica. An app must "
     "delete all conflicting revisions of a document, not the one that it sees."),
    ("2-checkpoint-passes-a-missing-revision", "A checkpoint passes a revision that never came",
     "A pull is told of a revision, the server is restored, and the answer to `bulkGet` is "
     "`missing`. Replication looks for `error` only, takes the batch for done and stores a "
     "checkpoint behind it. The object comes to the server again, under the same sequence number, "
     "and that client never gets it."),
    ("3-latest-revision-is-sent-twice", "The latest revision is sent twice",
     "An object changes twice during a pull. `bulkGet` with `latest` brings the third revision "
     "where the first was asked for; the second is then missing still, asked for, and brings the "
     "third again. Nothing is lost by it."),
    ("4-unknown-revision-ends-the-server", "A restored server dies of a question",
     "`bulkGet` with `latest`, asked for a revision that the server lacks of a document that it "
     "has, throws where nobody can catch it: the program ends. Tidemark judges what replicas hold, "
     "so no invariant speaks of it. The adapter starts the server again, says so on stderr, and "
     "after that all is well. A program that ends by it answers nobody."),
)


def fail(message):
    sys.exit(f"make_findings: {message}")


class Tidemark:
    def __init__(self, program):
        self.program = program

    def run(self, arguments, stdin=None):
        done = subprocess.run([self.program, *arguments], input=stdin, capture_output=True,
                              text=True, check=False)
        if done.returncode not in (0, 1):
            fail(f"tidemark {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout

    def version(self):
        return self.run(["--version"]).strip()

    def explore(self, flags):
        result = json.loads(self.run(["explore", *flags.split(), "--jobs", "1", "--out", "-", "-q"]))
        for each in result["configurations"]:
            if not each["complete"] or each["faults"]:
                fail(f"tidemark explore {flags}: not complete, or a fault of the search")
            for invariant in each["invariants"]:
                if invariant["shortest"] is not None and not invariant["is_shortest"]:
                    fail(f"tidemark explore {flags}: {invariant['name']} is not the shortest")
        return result["configurations"]

    def replay(self, text, strategy):
        """Breaches by invariant."""
        result = json.loads(self.run(["replay", "-", "--strategy", strategy, "--out", "-", "-q"],
                                     stdin=text))
        return {each["name"]: each["breach"] for each in result["invariants"] if not each["holds"]}


# --- findings

class Finding:
    """One (protocol, invariant, fingerprint), with the first trace that showed it."""

    def __init__(self, protocol, strategy, invariant):
        self.protocol = protocol
        self.strategy = strategy
        self.invariant = invariant["name"]
        self.fingerprint = invariant["fingerprint"]
        self.steps = invariant["steps"]
        self.source = invariant["trace"]
        self.faults = faults_of(self.steps)
        self.is_of_ending = False  # found only where full syncs end the trace
        self.breaches = {}  # strategy -> breach of this invariant by the same steps
        self.file = None

    @property
    def key(self):
        return (self.protocol, self.invariant, self.fingerprint)

    @property
    def breach(self):
        return self.breaches[self.strategy]

    @property
    def order(self):
        return (INVARIANTS.index(self.invariant), len(self.steps), len(self.faults), self.fingerprint)


def faults_of(steps):
    return [name for name, pattern in FAULT_STEPS if any(re.search(pattern, step) for step in steps)]


class Findings:
    def __init__(self, tidemark):
        self.tidemark = tidemark
        self.by_key = {}
        self.runs = {}   # what is run -> file name
        self.files = {}  # file name -> text

    def add(self, protocol, strategy, invariant):
        new = Finding(protocol, strategy, invariant)
        return self.by_key.setdefault(new.key, new)

    def write(self):
        """Gives each finding its file; findings that are one run share one."""
        for finding in sorted(self.by_key.values(), key=lambda f: (PROTOCOLS.index(f.protocol), f.order)):
            broken = {}
            for strategy in STRATEGIES:
                broken[strategy] = self.tidemark.replay(finding.source, strategy)
                if finding.invariant in broken[strategy]:
                    finding.breaches[strategy] = broken[strategy][finding.invariant]
            if finding.strategy not in finding.breaches:
                fail(f"{finding.key}: a replay does not break it")
            lines = finding.source.rstrip("\n").split("\n")
            body = [line for line in lines[1:] if not line.startswith("expect ")]
            run = "\n".join(line for line in body if not line.startswith("settle-rounds "))
            if run in self.runs:
                finding.file = self.runs[run]
                continue
            finding.file = "-".join(finding.key) + ".trace"
            self.runs[run] = finding.file
            comment = textwrap.wrap(sentence(finding.breach["sentence"]), 96,
                                    break_long_words=False, break_on_hyphens=False)
            expected = [f"expect {name} violated" for name in INVARIANTS
                        if name in broken[finding.strategy]]
            self.files[finding.file] = "\n".join(
                [lines[0], *(f"# {line}" for line in comment), *body, *expected, ""])

    def of(self, protocol):
        return sorted((f for f in self.by_key.values() if f.protocol == protocol and not f.is_of_ending),
                      key=lambda f: f.order)

    def find(self, protocol, invariant):
        return self.by_key[(protocol, invariant["name"], invariant["fingerprint"])]


# --- text

def sentence(text):
    text = text.strip()
    if not re.match(r"[ov]\d", text):  # a label is no word
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def wrap(text, indent=""):
    """Wraps prose; what stands between backquotes, and links, stay whole."""
    words = re.findall(r"(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|\S)+", text)
    lines, line = [], ""
    for word in words:
        if line and len(indent) + len(line) + 1 + len(word) > WIDTH:
            lines.append(indent + line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, indent + line])


def number(value):
    return f"{value:,}".replace(",", " ")


def counted(value, one, many=None):
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def listed(items):
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def link(text, file):
    return f"[{text}](../tests/traces/findings/{file})"


def table(head, rows, align=None):
    align = align or ["---"] * len(head)
    return "\n".join(map(row_line, [head, align, *rows]))


def row_line(row):
    return "| " + " | ".join(str(cell) for cell in row) + " |"


def under(strategies):
    return "any strategy" if len(strategies) == len(STRATEGIES) else listed(strategies)


def trace_line(steps):
    return "`" + " · ".join(steps) + "`"


# --- the page

class Page:
    def __init__(self, tidemark):
        self.tidemark = tidemark
        self.findings = Findings(tidemark)
        self.searches = {}  # (scope, protocol, strategy) -> configuration
        self.healing = {}   # the same, with full syncs at the end
        self.known = []
        self.whole = []

    def search(self, reach):
        """Runs the scopes that `reach` has of each protocol; of one that it has whole, full syncs, too."""
        self.whole = [protocol for protocol in PROTOCOLS if reach[protocol] == EVERYTHING[protocol]]
        for key, name, flags in SCOPES:
            for protocol in PROTOCOLS:
                if key in reach[protocol]:
                    self.keep(self.searches, key, protocol, flags)
            print(f"make_findings: {name}", file=sys.stderr)
        for key, name, flags in SCOPES:
            if self.whole and key in HEALING_SCOPES:
                for protocol in self.whole:
                    self.keep(self.healing, key, protocol,
                              f"{HEALING_FLAGS.get(key, flags)} --ending full-sync")
                print(f"make_findings: {name}, full syncs at the end", file=sys.stderr)
        for protocol in self.whole:
            for strategy in STRATEGIES:
                for name in ("no-lost-update", "convergence"):
                    shortest = self.shortest_of_ending(protocol, strategy, name)
                    if shortest and (protocol, name, shortest[1]["fingerprint"]) not in self.findings.by_key:
                        self.findings.add(protocol, strategy, shortest[1]).is_of_ending = True
        self.search_known()
        self.findings.write()

    def keep(self, searches, key, protocol, flags):
        for each in self.tidemark.explore(f"--protocol {protocol} --strategy all {flags}"):
            searches[key, protocol, each["strategy"]] = each
            if searches is not self.searches:
                continue
            for invariant in each["invariants"]:
                if invariant["holds"] is False:
                    self.findings.add(protocol, each["strategy"], invariant)

    def search_known(self):
        for name, options, strategy, scope, invariant, length, file in KNOWN:
            flags = " ".join(f"{options} --strategy {strategy} {scope} --invariants {invariant}".split())
            configurations = self.tidemark.explore(flags)
            for each in configurations:
                found = {i["name"]: i for i in each["invariants"]}[invariant]
                if found["shortest"] != length:
                    fail(f"tidemark explore {flags}: {invariant} under {each['strategy']} in "
                         f"{found['shortest']} steps, not in {length}")
            self.known.append((name, flags, invariant, length, found["steps"], file))

    def broken(self, protocol, strategy, name, scopes):
        """(length, scope, invariant) of the shortest trace within these scopes, or None."""
        found = []
        for index, (key, _, _) in enumerate(SCOPES):
            if key in scopes:
                for invariant in self.searches[key, protocol, strategy]["invariants"]:
                    if invariant["name"] == name and invariant["holds"] is False:
                        found.append((invariant["shortest"], index, invariant))
        return min(found, key=lambda each: each[:2]) if found else None

    def shortest_of_ending(self, protocol, strategy, name):
        found = []
        for index, (key, _, _) in enumerate(SCOPES):
            if key in HEALING_SCOPES:
                for invariant in self.healing[key, protocol, strategy]["invariants"]:
                    if invariant["name"] == name and invariant["holds"] is False:
                        found.append((invariant["shortest"], invariant, index))
        return min(found, key=lambda each: (each[0], each[2])) if found else None

    def state(self, protocol, strategy, name):
        """What a cell says: (kind, length, fault, finding)."""
        shortest = self.broken(protocol, strategy, name, FAULTLESS)
        if shortest:
            return "broken", shortest[0], None, self.findings.find(protocol, shortest[2])
        shortest = self.broken(protocol, strategy, name, "fghijk")
        if shortest:
            finding = self.findings.find(protocol, shortest[2])
            return "fault", shortest[0], listed(finding.faults), finding
        return "holds", None, None, None

    def cell(self, protocol, strategy, name):
        kind, length, fault, finding = self.state(protocol, strategy, name)
        if kind == "holds":
            return "holds"
        if strategy not in finding.breaches:
            fail(f"{finding.key}: is no finding under {strategy}")
        return link(length, finding.file) if kind == "broken" else f"{link(length, finding.file)} {fault}"

    # --- its parts

    def text(self, shrinker, hardened, pouchdb):
        parts = [self.introduction(), self.in_short()]
        parts += ["## What is broken", self.about_tables()]
        parts += [self.protocol(protocol) for protocol in PROTOCOLS]
        parts += [self.proven(), hardened, self.full_syncs(), self.answers(), shrinker,
                  pouchdb, self.all_searches()]
        return "\n\n".join(parts) + "\n"

    def introduction(self):
        states = sum(each["states"] for each in self.searches.values())
        digits = math.floor(97 * math.log10(2) - 2 * math.log10(states))
        paragraphs = (
            "What is wrong with the appSync page and with its code, each with a trace of a few "
            "steps that anyone can replay; and what is proven to hold, within which bounds.",
            f"This page and the traces in `tests/traces/findings/` are written by "
            "`docs/make_findings.py`, "
            f"which runs every search below. Made with {self.tidemark.version()}. "
            "`python3 docs/make_findings.py --check` makes it again and says whether anything "
            "differs.",
            "What the words mean here:",
        )
        points = (
            "The three protocols are described in [PROTOCOL.md](PROTOCOL.md): `page` is the prose "
            "taken literally, `reference` what the code of 2014 does, `guarded` the page with its "
            "three cheapest repairs.",
            "A **search** executes every interleaving of the steps of a scope, breadth first, "
            "until nothing new is left. A **scope** is a set of steps and a bound on how many "
            "changes and faults one trace may have. There is no bound on the number of syncs.",
            "**Shortest** means: within the scope, no trace of fewer steps breaks the invariant. "
            "Settle, in which every client syncs until nothing moves, comes after the last step "
            "and is not counted.",
            "**Holds** means: no trace of the scope breaks it. That is a proof within these "
            "bounds, and it says nothing beyond them: not of one more change, client, object or "
            "fault than the scope has.",
            "States are compared by a key of 96 bits. The probability that two of the "
            f"{number(states)} states of all searches share a key, so that one was passed over, is "
            f"below 1e-{digits}. [EXPLORER.md](EXPLORER.md) gives the argument for the rest.",
            "What counts as broken is in the README; v1, v2… are the versions in the order in "
            "which they were written, S is the server, A, B and C are clients.",
        )
        return "# Findings\n\n" + "\n\n".join(wrap(p) for p in paragraphs) + "\n\n" + "\n".join(
            "- " + wrap(p, "  ").lstrip() for p in points)

    def in_short(self):
        return "## In short\n\n" + wrap("In brackets: the steps of the shortest trace.") + "\n\n" + "\n".join(
            self.in_short_of(protocol) for protocol in PROTOCOLS)

    def in_short_of(self, protocol):
        always, some, fault, holds = [], [], [], []
        for name in INVARIANTS:
            kinds = [self.state(protocol, strategy, name) for strategy in STRATEGIES]
            free = [kind[1] for kind in kinds if kind[0] == "broken"]
            if len(free) == len(STRATEGIES):
                always.append(f"{name} ({min(free)})")
            elif free:
                some.append(f"{name} ({min(free)}, under " + listed(
                    s for s, kind in zip(STRATEGIES, kinds) if kind[0] == "broken") + ")")
            elif any(kind[0] == "fault" for kind in kinds):
                shortest = min((kind for kind in kinds if kind[0] == "fault"), key=lambda k: k[1])
                fault.append(f"{name} ({shortest[1]}, {shortest[2]})")
            else:
                holds.append(name)
        text = [f"**`{protocol}`**"]
        if always:
            text.append(f"breaks {listed(always)} under every strategy and without any fault.")
        if some:
            text.append(f"{'Also' if always else 'Breaks'} without a fault, but not under every strategy: "
                        f"{listed(some)}.")
        if fault:
            text.append(f"Only with a fault: {listed(fault)}.")
        if holds:
            text.append(f"Holds in every search: {listed(holds)}.")
        return "- " + wrap(" ".join(text), "  ").lstrip()

    def about_tables(self):
        free = "; ".join(f"*{name}* `{flags}`" for key, name, flags in SCOPES if key in FAULTLESS)
        faulty = "; ".join(f"*{name}* `{flags}`" for key, name, flags in SCOPES if key not in FAULTLESS)
        return "\n\n".join(wrap(p) for p in (
            f"Searched were five scopes without faults: {free}.",
            f"And six with faults: {faulty}.",
            "What a flag leaves out is as `tidemark explore --help` says: 2 clients, 1 object, "
            "with the web backend, shared keys and deletes, message by message. `tidemark explore "
            "--protocol NAME --strategy all FLAGS` runs one of them.",
            "A cell of the tables is the length of the shortest trace over all scopes without "
            "faults, with its file. If only a fault breaks it, the fault stands beside the length. "
            "*holds* is said of all eleven scopes. A file names one strategy; for another one: "
            "`tidemark replay FILE --strategy NAME`.",
            "Under each table: every trace that a search gave as a shortest one, and all "
            "strategies under which the same steps break the same invariant. Where a fault makes "
            "the story shorter, both are there.",
        ))

    def protocol(self, protocol):
        rows = [[name, *(self.cell(protocol, strategy, name) for strategy in STRATEGIES)]
                for name in INVARIANTS]
        parts = [f"### `{protocol}`", table(["invariant", *STRATEGIES], rows)]
        seen = None
        for finding in self.findings.of(protocol):
            if finding.invariant != seen:
                seen = finding.invariant
                parts.append(f"#### `{protocol}`: {seen}")
            parts.append(self.story(finding))
        return "\n\n".join(parts)

    def story(self, finding):
        strategies = [s for s in STRATEGIES if s in finding.breaches]
        cause = finding.breach["why"]
        told = sentence(finding.breach["sentence"])
        head = f"**{counted(len(finding.steps), 'step')}**, under {under(strategies)}"
        head += f", with {listed(finding.faults)}:" if finding.faults else ":"
        if cause:
            told += " Why: " + (cause if cause.endswith(".") else cause + ".")
        if len(strategies) > 1:
            told += f" (As under {finding.strategy}.)"
        return self.lines_of(head, finding, told)

    @staticmethod
    def lines_of(head, finding, told):
        return "\n".join(["- " + head + "\\", "  " + trace_line(finding.steps) + "\\",
                          wrap(told, "  ") + "\\",
                          f"  `tidemark replay tests/traces/findings/{finding.file}`"])

    def proven(self):
        parts = ["## What is proven to hold", wrap(
            "Of each scope, what no trace of it breaks. Each line is `tidemark explore --protocol "
            "NAME --strategy all` with the flags of the scope. States, depths and digests are at "
            "the end of the page.")]
        return "\n\n".join([*parts, *(self.proven_of(protocol) for protocol in PROTOCOLS)])

    def proven_of(self, protocol):
        rows = []
        for key, name, _ in SCOPES:
            held = [{i["name"] for i in self.searches[key, protocol, s]["invariants"] if i["holds"]}
                    for s in STRATEGIES]
            common = set.intersection(*held)
            cells = ["all of them" if len(common) == len(INVARIANTS) else
                     ", ".join(n for n in INVARIANTS if n in common) or "none"]
            for one in held:
                cells.append(", ".join(n for n in INVARIANTS if n in one - common))
            rows.append([name, *cells])
        return f"### `{protocol}` holds\n\n" + table(
            ["scope", "any strategy", *(f"also {s}" for s in STRATEGIES)], rows)

    def full_syncs(self):
        parts = ["## Does a full sync make it good again?", wrap(
            "The page names two ways out of its limitation that *\"the code does not guarantee "
            "full data consistency\"*: *\"This can be solved by extended the appSync code with "
            "locking concepts (a.k.a. concurrency control mechanisms such as optimistic or "
            "pessimistic concurrency control), and/or by executing a \u201cfull sync\u201d on "
            "regular intervals, in between \u201cnormal incremental\u201d syncs.\"* The second one "
            "can be tested: `tidemark explore --ending full-sync` lets every trace of a scope end "
            "with a full sync of every client, and compares that with the same trace without."), wrap(
            "*Healed* are those of the diverging states that converge after the full syncs. "
            "*Destroyed* are those of the states that keep every update in which the full syncs "
            "lose one. All states of the scope are counted. A row is `tidemark explore --protocol "
            "NAME --strategy NAME FLAGS --ending full-sync`, with the flags of the scope; for *clock* with `--edits 2`, "
            "which is enough.")]
        parts.insert(2, self.healing_verdict())
        parts += [self.healing_of(protocol) for protocol in PROTOCOLS]
        return "\n\n".join(parts)

    def healing_verdict(self):
        """The answer in words. Stops where the counts no longer say so."""
        def broken(scope, protocol, strategy):
            return {i["name"] for i in self.healing[scope, protocol, strategy]["invariants"]
                    if i["holds"] is False}
        for protocol in PROTOCOLS:
            for strategy in STRATEGIES:
                for scope in "bcfh":
                    here = broken(scope, protocol, strategy)
                    destroys = (scope == "h" or protocol == "reference" or
                                strategy != "timestamp-priority")
                    if "convergence" in here or ("no-lost-update" in here) != destroys:
                        fail(f"full syncs: {scope}, {protocol}, {strategy}: the page's text would be wrong")
                if "convergence" not in broken("j", protocol, strategy) or (
                        "no-lost-update" not in broken("j", protocol, strategy)):
                    fail(f"full syncs: restore, {protocol}, {strategy}: the page's text would be wrong")
        return "\n\n".join([wrap(
            "The answer: replicas do become equal, at a price. Without shared keys and restores "
            "every divergence of these scopes is healed. Where two objects can have one key, or "
            "the server fell back to a backup, some are not. And the full sync destroys updates "
            "that were safe before it, in every protocol: under server-priority and "
            "client-priority with no fault but itself, as in `reference` under timestamp-priority. "
            "Under timestamp-priority `page` and `guarded` lose nothing to it in these scopes, "
            "unless a clock jumped or the server was restored."), wrap(
            "The cause, but for restores: with both marks at zero the server sends again what the "
            "client has seen, and the client takes all that it ever wrote for pending. So a "
            "version meets its own ancestor and is told that this is a conflict. A strategy that "
            "looks at sides, or at stamps that mislead (a clock jumped; in `reference` they say "
            "when a replica heard of a change), may choose the older one."), wrap(
            "As everywhere in Tidemark, an update counts as lost when an older version of it is "
            "chosen or put over it, even where another client that still has it happens to bring "
            "it back later.")])

    def healing_of(self, protocol):
        rows = []
        clean, partly, equal, destroying, harmless = [], [], [], [], []
        for key, name, _ in SCOPES:
            if key not in HEALING_SCOPES:
                continue
            for strategy in STRATEGIES:
                each = self.healing[key, protocol, strategy]
                healing = each["healing"]
                broken = {i["name"] for i in each["invariants"] if i["holds"] is False}
                if "convergence" in broken:
                    partly.append((name, strategy))
                elif healing["diverging"]:
                    clean.append((name, strategy))
                else:
                    equal.append((name, strategy))
                (destroying if "no-lost-update" in broken else harmless).append((name, strategy))
                rows.append([name, strategy,
                             number(healing["diverging"]), number(healing["healed"]),
                             number(healing["keeping"]), number(healing["destroyed"])])
        parts = [f"### Full syncs in `{protocol}`",
                 table(["scope", "strategy", "diverging", "healed", "keeping", "destroyed"], rows,
                       ["---", "---", "--:", "--:", "--:", "--:"])]
        verdict = []
        if clean:
            verdict.append(f"Every divergence is healed in {self.grouped(clean)}.")
        if partly:
            verdict.append(f"Not healed are some in {self.grouped(partly)}.")
        if equal:
            verdict.append(f"Nothing diverges in {self.grouped(equal)}.")
        if destroying:
            verdict.append(f"The full syncs themselves destroy updates in {self.grouped(destroying)}.")
        if harmless:
            verdict.append(f"They destroy none in {self.grouped(harmless)}.")
        parts.append(wrap(" ".join(verdict)))
        for name, text in (("no-lost-update", "The shortest traces in which the full syncs destroy an update"),
                           ("convergence", "The shortest traces that they do not heal")):
            shortest = {}
            for strategy in STRATEGIES:
                found = self.shortest_of_ending(protocol, strategy, name)
                if found:
                    shortest.setdefault(found[1]["fingerprint"], []).append((strategy, found[1]))
            if not shortest:
                fail(f"full syncs of {protocol} break no {name}: the page's text would be wrong")
            stories = []
            for group in sorted(shortest.values(), key=lambda g: (g[0][1]["shortest"], g[0][0])):
                strategies = [strategy for strategy, _ in group]
                finding = self.findings.find(protocol, group[0][1])
                stories.append(self.lines_of(
                    f"**{counted(len(finding.steps), 'step')}** with them, under {under(strategies)}:",
                    finding, sentence(finding.breach["sentence"])))
            parts.append(f"{text}:\n\n" + "\n\n".join(stories))
        return "\n\n".join(parts)

    @staticmethod
    def grouped(pairs):
        """Scopes with equal strategies together."""
        by_scope = {}
        for name, strategy in pairs:
            by_scope.setdefault(name, []).append(strategy)
        by_strategies = {}
        for name, strategies in by_scope.items():
            by_strategies.setdefault(tuple(strategies), []).append(f"*{name}*")
        return "; ".join(f"{listed(names)} ({under(list(strategies))})"
                         for strategies, names in by_strategies.items())

    def answers(self):
        parts = ["## Known answers", wrap(
            "Six shortest traces that were known before, found again; the script stops if one of "
            "them has another length. Two clients, at most three changes. Where the strategy is "
            "`all`, the length is the same under each. The file may hold another trace of the same "
            "length than the search gives.")]
        for name, flags, invariant, length, steps, file in self.known:
            parts.append("\n".join([
                "- " + wrap(f"{sentence(name)[:-1]}: {invariant} in **{length}**, [{file}.trace]"
                            f"(../tests/traces/known-answers/{file}.trace)", "  ").lstrip() + "\\",
                f"  {trace_line(steps)}\\", f"  `tidemark explore {flags}`"]))
        return "\n\n".join(parts)

    def measure_shrinker(self):
        rows = []
        for name, flags, invariant, length, _, _ in self.known:
            for each in self.tidemark.explore(f"{flags} --compare-shrinker 100"):
                for one in each["shrinker"]:
                    if one["invariant"] == invariant:
                        longest = max((len(l["steps"]) for l in one["longer"]), default=None)
                        rows.append([name, each["strategy"], one["shortest"],
                                     f"{one['optimal']} of {one['seeds']}", one["missed"],
                                     len(one["longer"]), longest or ""])
            print(f"make_findings: shrinker, {name}", file=sys.stderr)
        return self.shrinker_section("\n\n".join([wrap(
            "Fuzzing and shrinking find some trace, not surely a shortest one. Under 100 seeds "
            "each: how often is what they end at as short as the proven one? *Missed*: no trace "
            "within the bounds of the search was found under that seed. The command is the one "
            "above with `--compare-shrinker 100`."), table(
            ["known answer", "strategy", "shortest", "as short", "missed", "longer", "longest"], rows,
            ["---", "---", "--:", "--:", "--:", "--:", "--:"])]))

    def measure_hardened(self):
        return self.hardened_section("\n\n".join([self.hardened_searches(), self.hardened_steps()]))

    def hardened_searches(self):
        rows = []
        for name, flags in HARDENED_SCOPES:
            for strategy in STRATEGIES:
                each, = self.tidemark.explore(
                    f"--protocol hardened --strategy {strategy} {flags} --memory 14G")
                if each["end"] != "exhausted" or any(i["shortest"] for i in each["invariants"]):
                    fail(f"hardened, {strategy}, {flags}: {each['end']}, or something is broken")
                rows.append([name, strategy, number(each["states"]), each["depth"],
                             f"`{each['digest']}`"])
                print(f"make_findings: hardened, {name}, {strategy}", file=sys.stderr)
        flags = "; ".join(f"*{name}*: `{flags}`" for name, flags in HARDENED_SCOPES)
        return wrap(
            "Each search ended because nothing new was left, and no invariant was broken. The command "
            "is `tidemark explore --protocol hardened --strategy NAME FLAGS --memory 14G --jobs 1`, "
            f"with the flags of the scope: {flags}.") + "\n\n" + table(
            ["scope", "strategy", "states", "depth", "digest"], rows,
            ["---", "---", "--:", "--:", "---"])

    def hardened_steps(self):
        runs = [(clients, episodes, strategy) for clients, episodes in HARDENED_EPISODES
                for strategy in STRATEGIES]
        with ThreadPoolExecutor(max_workers=2) as threads:
            rows = list(threads.map(lambda run: self.fuzz_hardened(*run), runs))
        steps = sum(row[0] for row in rows)
        if steps < 10_000_000_000 or min(row[0] for row in rows) < 300_000_000:
            fail(f"only {steps} steps")
        return wrap(
            f"Random episodes: {number(steps)} effective steps, all faults together (each seed "
            "leaves some kinds out, so every pair of kinds meets), no violation. The command is `tidemark fuzz "
            "--protocol hardened --strategy NAME --clients N --episodes N`; two ran at a time.") + "\n\n" + table(
            ["clients", "strategy", "episodes", "steps", "digest", "time"],
            [row[1:3] + [number(row[3]), number(row[0])] + row[4:] for row in rows],
            ["--:", "---", "--:", "--:", "---", "--:"])

    def fuzz_hardened(self, clients, episodes, strategy):
        began = time.monotonic()
        result = json.loads(self.tidemark.run(
            ["fuzz", "--protocol", "hardened", "--strategy", strategy, "--clients", str(clients),
             "--episodes", str(episodes), "--out", "-", "-q"]))
        each, = result["configurations"]
        if each["broken_episodes"] != 0:
            fail(f"hardened, {strategy}, {clients} clients: broken")
        print(f"make_findings: hardened, {strategy}, {clients} clients", file=sys.stderr)
        return [each["effective_steps"], clients, strategy, episodes, f"`{each['digest']}`",
                f"{math.ceil(time.monotonic() - began)} s"]

    @staticmethod
    def hardened_section(text):
        return "\n\n".join(["### `hardened` holds", HARDENED_BEGIN, text, HARDENED_END])

    @staticmethod
    def shrinker_section(text):
        return "\n\n".join(["## The shrinker against the searches", SHRINKER_BEGIN, text, SHRINKER_END])

    def all_searches(self):
        parts = ["## All searches", wrap(
            "Each ended because nothing new was left. *States* are distinct states, *depth* is the "
            "length of the longest trace that was needed to reach one of them; the digest is over "
            "all states. They are the same on every machine and for any `--jobs`. The command is "
            "`tidemark explore --protocol NAME --strategy NAME FLAGS`.")]
        for key, name, flags in SCOPES:
            rows = [self.search_row(key, protocol, strategy) for protocol in PROTOCOLS for strategy in STRATEGIES]
            parts.append(f"*{name}*: `{flags}`\n\n" + table(
                ["protocol", "strategy", "states", "depth", "digest"], rows,
                ["---", "---", "--:", "--:", "---"]))
        return "\n\n".join(parts)


    def search_row(self, key, protocol, strategy):
        each = self.searches[key, protocol, strategy]
        if each["end"] != "exhausted":
            fail(f"scope {key}, {protocol}, {strategy}: ended as {each['end']}")
        return [protocol, strategy, number(each["states"]), each["depth"], f"`{each['digest']}`"]

    def parts(self):
        """What must stand on the page, word for word, after searches that leave some out."""
        for protocol in self.whole:
            yield from (self.in_short_of(protocol), self.protocol(protocol), self.proven_of(protocol),
                        self.healing_of(protocol))
        yield from (self.story(f) for protocol in PROTOCOLS for f in self.findings.of(protocol))
        yield from (row_line(self.search_row(*search)) for search in self.searches)
        yield self.answers()


class PouchDB:
    """What the engine of examples/pouchdb does: a section, made by running it."""

    def __init__(self, tidemark):
        self.tidemark = tidemark
        self.engine = f"node {shlex.quote(str(POUCHDB / 'adapter.js'))}"

    @staticmethod
    def is_there():
        return shutil.which("node") is not None and (POUCHDB / "node_modules").is_dir()

    def measure(self):
        return self.section("\n\n".join([self.introduction(), self.not_judged(), self.campaigns(),
                                         *(self.finding(*each) for each in POUCHDB_TRACES)]))

    @staticmethod
    def section(text):
        return "\n\n".join(["## PouchDB 9", POUCHDB_BEGIN, text, POUCHDB_END])

    @staticmethod
    def versions():
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        package = POUCHDB / "node_modules" / "pouchdb-core" / "package.json"
        return node.stdout.strip().lstrip("v"), json.loads(package.read_text(encoding="utf-8"))["version"]

    def introduction(self):
        node, pouchdb = self.versions()
        return wrap(
            f"An engine that none of us wrote: PouchDB {pouchdb} under node {node}, each client and the "
            "server a database in memory, with PouchDB's own replication between them "
            "([examples/pouchdb](../examples/pouchdb/README.md)). The verdict: it converges, keeps "
            "updates and comes to rest in nearly all episodes, with all faults together; where it does "
            "not, it is one of these four. Three break what is promised here, one ends the server. "
            "None needs a lost, late or repeated message, or a crash of a client; two need a restored "
            "server. These are random episodes, no searches: they prove nothing to hold.")

    @staticmethod
    def not_judged():
        return wrap(
            "What is not judged: one-object-per-key, since no document has a key besides its `_id` (no "
            "shared keys in these episodes); `told`, since an app may look for conflicts but is told of "
            "none (excused); counters and marks, since none are reported, so of integrity only that "
            "nothing is held that nobody wrote. Decisions of conflicts are inferred, and PouchDB's rule "
            "(the longest history of revisions wins, then the greatest revision id) is nobody's "
            "priority: any choice between competing versions counts as a decision, so a lost update "
            "here is one that no rule excuses. Calls of one replication travel one at a time; "
            "attachments, live replication, retries, filters and compaction are not tried. A pull and a "
            "push take 5 to 15 requests, so of cycles that go message by message mostly the beginning "
            "is tried.")

    def campaigns(self):
        rows = []
        for flags, broken in POUCHDB_CAMPAIGNS:
            each = self.fuzz(flags)
            found = {i["name"]: i["broken_episodes"] for i in each["invariants"] if i["broken_episodes"]}
            if tuple(found) != broken or each["faults"]:
                fail(f"pouchdb, {flags}: breaks {found}, the page's text would be wrong")
            rows.append([f"`{flags}`", number(each["episodes"]), number(each["effective_steps"]),
                         each["broken_episodes"],
                         ", ".join(f"{name} {count}" for name, count in found.items()),
                         f"`{each['digest']}`"])
        return wrap(f"Measured with `tidemark fuzz --engine '{POUCHDB_ENGINE}' FLAGS`; what a flag "
                    "leaves out is as `tidemark fuzz --help` says: three clients, three objects, all "
                    "faults. The script stops if they break anything else. Every episode without a "
                    "violation held all that is judged.") + "\n\n" + table(
            ["flags", "episodes", "steps", "broken episodes", "of them break", "digest"], rows,
            ["---", "--:", "--:", "--:", "---", "---"])

    def fuzz(self, flags):
        result = json.loads(self.tidemark.run(
            ["fuzz", "--engine", self.engine, *flags.split(), "--out", "-", "-q"]))
        print(f"make_findings: pouchdb, {flags}", file=sys.stderr)
        return result["configurations"][0]

    def finding(self, name, title, text):
        path = POUCHDB / "traces" / f"{name}.trace"
        result, died = self.replay(path)
        if not all(each["met"] for each in result["expectations"]):
            fail(f"{path.name}: does not give what it expects")
        broken = [each for each in result["invariants"] if not each["holds"]]
        if not broken and not died:
            fail(f"{path.name}: breaks nothing, and the server lives")
        steps = result["scenario"]["steps"]
        head = f"**{title}**, {counted(len(steps), 'step')}"
        head += f", breaks {listed(each['name'] for each in broken)}:" if broken else ", breaks no invariant:"
        told = [sentence(each["breach"]["sentence"]) for each in broken]
        why = [sentence("Why: " + each["breach"]["why"]) for each in broken[:1] if each["breach"]["why"]]
        return "\n".join(["- " + head + "\\", "  " + trace_line(steps) + "\\",
                          wrap(" ".join([text, *told, *why]), "  ") + "\\",
                          f"  `tidemark replay {path.relative_to(ROOT)} --engine '{POUCHDB_ENGINE}'`"])

    def replay(self, path):
        """What came of it, and whether the server died of it."""
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as errors:
            result = json.loads(self.tidemark.run(
                ["replay", str(path), "--engine", f"{self.engine} 2>{shlex.quote(errors.name)}",
                 "--out", "-", "-q"]))
            return result, "the server died" in errors.read()


def kept(section, begin_mark, end_mark, flag):
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    begin, end = text.find(begin_mark), text.find(end_mark)
    if begin < 0 or end < 0:
        return section(f"Not measured yet: `python3 docs/make_findings.py{flag}` does.")
    return section(text[begin + len(begin_mark):end].strip("\n"))


def write(name, wanted, folder, page, check):
    """Makes a page and the traces of its folder what is wanted; with check only says what differs."""
    present = {path: path.read_text(encoding="utf-8")
               for path in [*folder.glob("*.trace"), page] if path.exists()}
    changed = sorted(path for path in wanted.keys() | present.keys()
                     if wanted.get(path) != present.get(path))
    if check:
        for path in changed:
            print(f"{name}: {path.relative_to(ROOT)} would change", file=sys.stderr)
        sys.exit(1 if changed else 0)
    folder.mkdir(parents=True, exist_ok=True)
    for path in changed:
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    print(f"{name}: {len(wanted) - 1} traces, {len(changed)} files changed", file=sys.stderr)


# --- the quick check: what is not so of a text of the page, and of a folder of traces

def drift_of_page(page, text, folder):
    """What the searches of `page` say otherwise. They may have left some out."""
    for part in page.parts():
        if part not in text:
            yield f"{PAGE.name}: this would be written now, and is not there:\n{part}"
    for name, trace in sorted(page.findings.files.items()):
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != trace:
            yield f"{name}: would be written otherwise"


def drift_of_traces(tidemark, text, folder):
    """Which trace is not on the page, is not what the page says, or does not show what it expects."""
    told = re.findall(r"\*\*(\d+) steps?\*\*.*\\\n  (`.*`)\\\n(?:  .*\n)*?"
                      r"  `tidemark replay tests/traces/findings/(.*)`", text)
    cells = re.findall(r"\[(\d+)\]\(\.\./tests/traces/findings/(.*?)\)", text)
    files = sorted(folder.glob("*.trace"))
    checked = json.loads(tidemark.run(["replay", "--check", *map(str, files), "--out", "-", "-q"]))
    steps = {Path(each["file"]).name: each["replay"]["scenario"]["steps"] for each in checked["traces"]}
    yield from (f"{each['file']}: does not show what it expects"
                for each in checked["traces"] if not each["as_expected"])
    for name in sorted(steps.keys() ^ {name for _, _, name in told}):
        yield f"{name}: is {'not told of' if name in steps else 'not there'}"
    for length, line, name in told:
        if name in steps and (int(length) != len(steps[name]) or line != trace_line(steps[name])):
            yield f"{name}: has other steps than are told"
    for length, name in cells:
        if name in steps and int(length) != len(steps[name]):
            yield f"{name}: has {counted(len(steps[name]), 'step')}, a table says {length}"


def check_quickly(tidemark):
    page = Page(tidemark)
    page.search(QUICK)
    text = PAGE.read_text(encoding="utf-8")
    drift = [*drift_of_page(page, text, FOLDER), *drift_of_traces(tidemark, text, FOLDER)]
    for each in drift:
        print(f"make_findings: {each}", file=sys.stderr)
    print(f"make_findings: {len(page.searches) + len(page.healing)} searches, "
          f"{len(page.findings.by_key)} findings, {len(drift)} not as on the page", file=sys.stderr)
    sys.exit(1 if drift else 0)


def main():
    parser = argparse.ArgumentParser(description="writes docs/FINDINGS.md and its traces")
    parser.add_argument("tidemark", nargs="?", default=str(ROOT / "build" / "tidemark"))
    parser.add_argument("--check", action="store_true", help="exit 1 if anything would change")
    parser.add_argument("--quick", action="store_true", help="with --check: of what a minute shows")
    parser.add_argument("--shrinker", action="store_true", help="measure the shrinker anew")
    parser.add_argument("--hardened", action="store_true", help="make the evidence for it anew")
    arguments = parser.parse_args()
    if arguments.quick:
        if not arguments.check:
            parser.error("--quick goes with --check")
        check_quickly(Tidemark(arguments.tidemark))

    page = Page(Tidemark(arguments.tidemark))
    page.search(EVERYTHING)
    wanted = {FOLDER / name: text for name, text in page.findings.files.items()}
    shrinker = page.measure_shrinker() if arguments.shrinker else kept(
        Page.shrinker_section, SHRINKER_BEGIN, SHRINKER_END, " --shrinker")
    hardened = page.measure_hardened() if arguments.hardened else kept(
        Page.hardened_section, HARDENED_BEGIN, HARDENED_END, " --hardened")
    pouchdb = PouchDB(page.tidemark).measure() if PouchDB.is_there() else kept(
        PouchDB.section, POUCHDB_BEGIN, POUCHDB_END, ", with node and examples/pouchdb/node_modules,")
    wanted[PAGE] = page.text(shrinker, hardened, pouchdb)
    write("make_findings", wanted, FOLDER, PAGE, arguments.check)


if __name__ == "__main__":
    main()

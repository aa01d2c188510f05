#!/usr/bin/env python3
"""Writes docs/MUTANTS.md and tests/traces/mutants/ from what `tidemark mutants` measures.

python3 docs/make_mutants.py [TIDEMARK]           try every mutant, write page and traces
python3 docs/make_mutants.py [TIDEMARK] --check   write nothing; exit 1 if anything would change
python3 docs/make_mutants.py [TIDEMARK] --check --quick   the same but for what each invariant catches alone

The same program gives the same bytes. TIDEMARK is build/tidemark if it is left out.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from make_findings import counted, listed, number, sentence, table, trace_line, wrap, write

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "MUTANTS.md"
FOLDER = ROOT / "tests" / "traces" / "mutants"

ALONE = "## What each invariant catches alone"

# Classes of bugs of real sync engines, and the mutants of each.
CLASSES = (
    ("M1", "a checkpoint is saved before what it stands for is stored",
     "conflict-stops-import mark-skips-one"),
    ("M1b", "what a client uploaded comes back to it", "ack-does-not-move-mark"),
    ("M1c", "a checkpoint is not saved", "mark-kept-after-download mark-saved-only-if-written "
     "crash-moves-mark-back"),
    ("M2", "an upload's answer moves the client past what others changed",
     "ack-carries-nothing ack-carries-only-refused two-way-ack-skips-backend"),
    ("M2'", "who wrote a version does not learn what it is based on, or that it was accepted",
     "lineage-not-sent unseen-survives-download"),
    ("M3", "an answer covers what was edited after the request was built",
     "edit-keeps-version change-during-exchange-not-pending ack-covers-later-edit "
     "pending-cleared-when-sent up-ack-covers-later-edit backend-keeps-counter"),
    ("M4", "received objects count as local edits", "received-is-pending"),
    ("M5", "a lost answer: the second try is a change again, or a conflict with oneself",
     "self-conflict lost-ack-conflicts same-version-counts blind-upload"),
    ("M6", "the server hands out a counter before what it stands for is visible", ""),
    ("M7", "`>=` for `>`, or the reverse",
     "inclusive-mark mark-skips-one down-mark-skips-one asks-again-at-once"),
    ("M8", "the server comes back from a backup, and nobody is told",
     "restore-keeps-epoch old-epoch-download-incremental new-epoch-keeps-clean "
     "clean-yields-after-restore client-purges-tombstones"),
    ("M9", "the first download, or a full one, knows no deletions",
     "full-without-tombstones server-purges-tombstones simple-keeps-missing-rows"),
    ("M10", "of a deletion and an edit one always wins", "delete-beats-edit edit-beats-delete"),
    ("M11", "created again after it was deleted",
     "undelete-stays-deleted tombstone-holds-key tombstones-last unsynced-delete-forgotten"),
    ("M12", "two objects with one primary key; one of them spoils the batch",
     "primary-keys-ignored key-conflict-ignored key-clash-added refusal-poisons-batch"),
    ("M13", "clocks that differ decide", "later-stamp-accepted filters-by-edit-time"),
    ("M14", "what stands on the border of two pages", ""),
    ("M15", "what leaves a client's filter", ""),
    ("M16", "a late or doubled answer moves the checkpoint, or is applied",
     "late-answer-moves-mark late-answer-applied"),
    ("M17", "a full sync uploads what is stale, or deletes what it clears",
     "full-sync-drops-pending full-sync-deletes full-sync-rewrites reinstall-keeps-writer"),
    ("M18", "who lost a conflict goes on fighting",
     "loser-uploads-winner decision-forgets-loser server-forgets-lineage server-goes-back tells-accepted"),
    ("M19", "equal stamps: two ends choose differently", "mine-first-when-both"),
    ("M20", "a part of an answer is taken for the whole", ""),
    ("M21", "only some of the fields are copied",
     "drops-name takes-value-keeps-version deletion-not-copied"),
    ("M22", "one refused object blocks the queue, or is dropped from it", "refused-never-retried "
     "unsynced-delete-forgotten"),
    ("M23", "two exchanges of one client overlap", ""),
)

LEFT_OUT = (
    ("M6", "the server handles one message after the other; nothing is half done when it answers"),
    ("M14", "answers have no pages"),
    ("M15", "every client has every object"),
    ("M20", "an answer arrives whole or not at all"),
    ("M23", "a client has at most one exchange under way"),
)

NO_EFFECT = (
    ("The answer to an upload also carries what was just uploaded.",
     "An upload's exchange has not reached its end when its answer arrives, so by its letter "
     "no-redundant-transfer has nothing against it."),
    ("Equal stamps: each side keeps its own (M19).",
     "The server stores an upload only over what it incorporates, so one of the two is refused, "
     "and the next round settles it."),
    ("Stamps are set when a version is received (M13 in its form of stamps).",
     "No invariant speaks of stamps; who wins a conflict is the strategy's to say."),
    ("The server ignores the deletion of an object that it does not have.",
     "The client gives the deletion again, and an object that nobody has is as good as deleted."),
)


def fail(message):
    sys.exit(f"make_mutants: {message}")


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(f"tidemark {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def document(program, *arguments):
    return json.loads(run(program, "mutants", *arguments, "--out", "-", "--quiet"))


def kept_alone():
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index(ALONE):text.index("## Each of them")].rstrip("\n")


def file_link(name):
    return f"[{name}.trace](../tests/traces/mutants/{name}.trace)"


class Page:
    def __init__(self, program, quick):
        self.version = run(program, "--version").strip()
        tried = document(program, "--prove")
        self.plan = tried["plan"]
        self.mutants = tried["mutants"]
        self.rare = tried["rare"]
        self.without = None if quick else document(program, "--without", "all")["without"]
        self.names = {each["name"] for each in [*self.mutants, *self.rare]}
        for key, _, names in CLASSES:
            for name in names.split():
                if name not in self.names:
                    fail(f"{key}: there is no mutant {name}")

    def traces(self):
        return {f"{each['name']}.trace": each["shown"]["trace"]
                for each in [*self.mutants, *self.rare]}

    def text(self):
        return "\n\n".join([
            self.introduction(), self.measured(),
            kept_alone() if self.without is None else self.alone(), self.each(), self.rare_ones(),
            self.classes(), self.left_out(), self.no_effect()]) + "\n"

    # --- its parts

    def introduction(self):
        slowest = max(self.mutants, key=lambda each: each["median"])
        longest = max(len(each["shown"]["steps"]) for each in self.mutants)
        unproven = [each["name"] for each in self.mutants if each["proof"]["shortest"] is None]
        proven = ("Of each a search over every interleaving proves that no trace is shorter."
                  if not unproven else
                  f"Of all but {listed(unproven)} a search over every interleaving proves that no "
                  "trace is shorter.")
        return "# Mutants\n\n" + "\n\n".join(wrap(text) for text in (
            "A mutant is a defect that is planted on purpose: a line of the engine that does what "
            "a real sync engine once did wrong. A harness that lets it pass proves little where it "
            "finds nothing. `tidemark fuzz --mutate NAME` plants one; in a trace it is the line "
            "`mutate NAME`; `tidemark mutants` tries them all.",
            f"**{len(self.mutants)} mutants are counted, and each is caught under each of "
            f"{self.plan['seeds']} seeds.** The slowest to be caught is {slowest['name']}: half of "
            f"its runs need {counted(slowest['median'], 'episode')} or fewer. The longest of the "
            f"shortest traces has {longest} steps. {proven}",
            f"{counted(len(self.rare), 'more is', 'more are')} too rare to be counted; for each "
            "there is a trace.",
            "This page and the traces in `tests/traces/mutants/` are written by "
            f"`docs/make_mutants.py`. Made with {self.version}. `python3 docs/make_mutants.py "
            "--check` makes them again and says whether anything differs. The numbers are the same "
            "on every machine and for any `--jobs`; with g++ 12, Release and 2 vCPUs the trials and "
            "proofs take some seconds, what each invariant catches alone about a minute."))

    def measured(self):
        rows = []
        for each in self.mutants:
            proof = each["proof"]
            steps = len(each["simplest"]["steps"])
            proven = proof["shortest"] if proof["shortest"] is not None else f"> {proof['depth']}"
            rows.append([f"[{each['name']}](#{each['name']})", each["invariant"],
                         f"{each['caught']} of {self.plan['seeds']}", number(each["median"]),
                         number(each["percentile_95"]), steps, proven])
        return "\n\n".join(["## What was measured", wrap(
            "`tidemark mutants --prove`. A run draws random episodes as `tidemark fuzz --protocol "
            f"{self.mutants[0]['protocol']} --mutate NAME --strategy NAME --seed N` does, from seed "
            f"1 to seed {self.plan['seeds']}, each with up to {self.plan['scope']['clients']} "
            f"clients, {self.plan['scope']['objects']} objects and {self.plan['scope']['steps']} "
            "steps and with every kind of fault. It ends with the first episode that breaks the "
            f"mutant's invariant, at most after {number(self.plan['episodes'])}, and shrinks that."),
            wrap("*Runs* are those that caught it; *median* and *95 %* are the episodes within "
                 "which half of them, and 95 percent, did. *Steps* is the length of the shortest "
                 "trace of all runs. *Proven* is what `tidemark explore` proves to be shortest "
                 "within the clients, objects, changes and faults of that trace (two clients at "
                 "least, backend, shared keys and deletes on, message by message)."),
            table(["mutant", "caught by", "runs", "median", "95 %", "steps", "proven"], rows,
                  ["---", "---", "--:", "--:", "--:", "--:", "--:"])])

    def alone(self):
        rare = {each["name"] for each in self.rare}
        rows = []
        for each in self.without:
            rows.append([each["invariant"], ", ".join(
                f"[{name}](#{name})" + (" (in its trace)" if name in rare else "")
                for name in each["alone"])])
        return "\n\n".join([ALONE, wrap(
            "`tidemark mutants --without all`. Each invariant is switched off in turn, and the "
            f"mutants that it must catch are tried against the others that their protocols promise, in "
            f"{self.plan['seeds']} runs of {number(self.plan['episodes'])} episodes each. Those below "
            "then pass for correct: the invariant is no dead weight. What no-lost-update catches alone is looked "
            "for with `--deletes off`, since a deletion that is lost is a resurrection, too."),
            table(["switched off", "nothing else catches"], rows)])

    def each(self):
        return "\n\n".join(["## Each of them", *(self.story(each) for each in self.mutants)])

    def story(self, each):
        also = [one["name"] for one in each["broken"] if one["name"] != each["invariant"]]
        told = (f"{each['invariant']} catches it under {each['strategy']}"
                f"{'' if each['protocol'] == 'hardened' else ', protocol ' + each['protocol']}, "
                f"with a median of {counted(each['median'], 'episode')}.")
        if also:
            told += f" Up to then {listed(also)} broke, too, in some run."
        return self.lines_of(each, told)

    @staticmethod
    def lines_of(each, told):
        return "\n".join([
            f"### {each['name']}", "", wrap(sentence(each["defect"])) + "\\",
            wrap(f"Stands for {each['stands_for']}") + "\\", wrap(told) + "\\",
            f"{counted(len(each['shown']['steps']), 'step')}, {file_link(each['name'])}:\\",
            trace_line(each["shown"]["steps"])])

    def rare_ones(self):
        return "\n\n".join(["## Too rare to be counted", wrap(
            "Random episodes show these so rarely that no run is sure to. They are planted so "
            "that a trace can show what a rule of [PROTOCOL.md](PROTOCOL.md) is for; the traces are "
            "run by `tidemark mutants` and by the regression tests."),
            *(self.lines_of(each, f"Under {each['strategy']} its trace breaks "
                                  f"{listed(each['broken'])}.") for each in self.rare)])

    def classes(self):
        classed = {name for _, _, names in CLASSES for name in names.split()}
        rows = [[key, what, ", ".join(names.split()) or "left out, see below"]
                for key, what, names in CLASSES]
        rest = [each["name"] for each in [*self.mutants, *self.rare] if each["name"] not in classed]
        return "\n\n".join(["## Classes of bugs", wrap(
            "Fifty-seven bugs of real engines were read and put into classes. These mutants stand "
            "for them:"), table(["class", "what goes wrong", "mutants"], rows), wrap(
            "In no class, but of this protocol's own rules, or of the page's: "
            f"{listed(sorted(rest))}.")])

    def left_out(self):
        return "\n\n".join(["## Left out", wrap(
            "Five classes need what the world does not have:"),
            "\n".join(f"- {key}: {why}." for key, why in LEFT_OUT)])

    def no_effect(self):
        return "\n\n".join(["## Tried, and without effect", wrap(
            "These are no mutants, since no invariant has anything against them:"),
            "\n".join("- " + wrap(f"{what} {why}", "  ").lstrip() for what, why in NO_EFFECT)])


def main():
    parser = argparse.ArgumentParser(description="writes docs/MUTANTS.md and its traces")
    parser.add_argument("tidemark", nargs="?", default=str(ROOT / "build" / "tidemark"))
    parser.add_argument("--check", action="store_true", help="exit 1 if anything would change")
    parser.add_argument("--quick", action="store_true", help="with --check: of what a minute shows")
    arguments = parser.parse_args()
    if arguments.quick and not arguments.check:
        parser.error("--quick goes with --check")

    page = Page(arguments.tidemark, arguments.quick)
    wanted = {FOLDER / name: text for name, text in page.traces().items()}
    wanted[PAGE] = page.text()
    write("make_mutants", wanted, FOLDER, PAGE, arguments.check)


if __name__ == "__main__":
    main()

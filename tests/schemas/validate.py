#!/usr/bin/env python3
"""Holds docs/schemas, docs/JSON.md and what the commands print to one another.

    tests/schemas/validate.py BINARY

Every verb is run with --out, and what it prints must be valid under its schema. So that this can
fail, each document is also spoilt in every place (a field left out, of another type, one too many),
and must be refused then. Exit codes: 0 all is right, 1 something is not, 77 python3-jsonschema is
not installed.
"""
import copy
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {path.name.split(".")[0]: json.loads(path.read_text())
           for path in sorted((ROOT / "docs/schemas").glob("*.schema.json"))}
TRACES = ROOT / "tests/traces"
ECHO = TRACES / "findings/page-no-lost-update-1bc3b545b687.trace"
KEYS = TRACES / "catalogue/s09-one-key-two-names-client.trace"
ADAPTER = f"{sys.executable} {ROOT / 'examples/adapter-template/python/adapter.py'}"
SMALL = "--clients 2 --objects 1 --steps 12".split()

# One command for each form of a document: what it may exit with is no matter here.
COMMANDS = {
    "replay": [["replay", ECHO], ["replay", KEYS], ["replay", "--seed", "7", "--faults", "all"],
               ["replay", KEYS, "--protocol", "hardened"],
               ["replay", "--seed", "7", "--engine", ADAPTER],
               ["replay", ECHO, "--protocol", "hardened", "--mutate", "ack-carries-nothing"]],
    "check": [["replay", "--check", ECHO, KEYS, TRACES / "findings/page-told-6251c4892e18.trace"]],
    "run": [["fuzz", "--protocol", "page", "--episodes", "300", "--coverage", *SMALL],
            ["fuzz", "--protocol", "hardened", "--episodes", "300", *SMALL],
            ["fuzz", "--engine", ADAPTER, "--episodes", "20", *SMALL],
            ["campaign", ROOT / "tests/schemas/campaign.toml", "--episodes", "6000", "--out", "n"],
            ["campaign", ROOT / "tests/schemas/campaign.toml", "--episodes", "500", "--out", "n",
             "--baseline", TRACES / "findings"]],
    "explore": [["explore", "--protocol", "page", "--edits", "2", "--clients", "1",
                 "--strategy", "server-priority", "--compare-shrinker", "3"],
                ["explore", "--protocol", "hardened", "--edits", "1", "--clients", "1"]],
    "mutants": [["mutants", "drops-name", "--seeds", "2", "--prove"],
                ["mutants", "key-loser-yields", "drops-name", "--seeds", "1", "--without", "told"]],
    "explain": [["explain", ECHO], ["explain", KEYS], ["explain", "--protocol", "hardened", ECHO]],
    "shrink": [["shrink", ECHO]],
    "list": [["list"]],
    "doctor": [["doctor", "--episodes", "5"]],
    "adapter-check": [["adapter", "check", ADAPTER]],
    "adapter-compare": [["adapter", "compare", ADAPTER, "--strategy", "server-priority",
                         "--protocol", protocol, "--episodes", "30"]
                        for protocol in ("page", "hardened")],
}

# Documents of which a test holds the program to a golden file: one a line.
GOLDEN = {"history": ROOT / "tests/golden/documents/history.jsonl"}


def run(binary, arguments, kind):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "document.json"
        command = [binary, *map(str, arguments), "--out", str(file)]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if not file.exists():
            sys.exit(f"{' '.join(command)} wrote no document:\n{ran.stderr}")
        return json.loads(file.read_text())


def moved(schema, prefix):
    """A schema as it stands below another one: its own references lead to the new place."""
    if isinstance(schema, list):
        return [moved(each, prefix) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copied = {key: moved(value, prefix) for key, value in schema.items() if key != "$id"}
    if isinstance(schema.get("$ref"), str):
        target = schema["$ref"]
        copied["$ref"] = (prefix + target[1:] if target.startswith("#")
                          else f"#/$defs/{target.split('.')[0]}")
    return copied


def validator(kind):
    """The schema of a kind, with those that it refers to inside: nothing is looked up anywhere."""
    whole = moved(SCHEMAS[kind], "#")
    for other in SCHEMAS:
        if f'"{other}.schema.json"' in json.dumps(SCHEMAS[kind]):
            whole["$defs"][other] = moved(SCHEMAS[other], f"#/$defs/{other}")
    return jsonschema.Draft202012Validator(whole)


# --- documents that must be refused ---


def shape_of(path):
    return tuple("[]" if isinstance(step, int) else step for step in path)


def objects_in(document, path=()):
    """Every object of a document, by its path; of lists the elements that look different."""
    if isinstance(document, dict):
        yield path, document
        for key, value in document.items():
            yield from objects_in(value, (*path, key))
    if isinstance(document, list):
        for place, value in enumerate(document):
            yield from objects_in(value, (*path, place))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def is_map(path, kind):
    """Objects whose keys are data: labels, replicas, options."""
    shape = shape_of(path)
    return ("at_rest" in shape or (kind == "list" and shape[-1:] == ("options",)) or
            (kind == "history" and shape in (("marks",), ("findings",))) or
            (kind == "run" and (shape[-1:] in (("marks",), ("broken",), ("environment",)) or
                                shape[-2:] == ("[]", "configurations") or "situations" in shape or
                                ("coverage" in shape and "steps" in shape))))


def spoilt(document, kind):
    """Copies with one fault each, and what it is. One object of each shape is enough."""
    seen = set()
    for path, found in objects_in(document):
        if shape_of(path) in seen or is_map(path, kind):
            continue
        seen.add(shape_of(path))
        where = ".".join(map(str, path)) or "the document"
        for key in found:
            if (kind, key) == ("replay", "events"):
                continue
            without = copy.deepcopy(document)
            del at(without, path)[key]
            yield f"{where} without {key}", without
        for key in found:
            other = copy.deepcopy(document)
            at(other, path)[key] = {"of": [7]}
            yield f"{where} with another {key}", other
        more = copy.deepcopy(document)
        at(more, path)["unheard-of"] = 1
        yield f"{where} with a field too many", more


# --- the page ---


def sections_of(page):
    """The text of docs/JSON.md about each kind."""
    parts = re.split(r"^## `tidemark/([a-z-]+)/1`.*$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def names_in(text):
    """The fields that a text names in code: the last word of each path, and its steps."""
    names = set()
    for code in re.findall(r"`([^`]+)`", text):
        if re.fullmatch(r"(….?)?[.\[\]a-z_0-9]+", code):
            names.update(re.findall(r"[a-z_0-9]+", code))
    return names


def fields_in_tables(text):
    """The fields that stand in the first column."""
    first = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    return names_in(first)


def properties_of(schema):
    names = set()
    if isinstance(schema, dict):
        names.update(schema.get("properties", {}))
        for value in schema.values():
            names |= properties_of(value)
    elif isinstance(schema, list):
        for value in schema:
            names |= properties_of(value)
    return names


# Where a section says `as of …`, the fields stand in that one.
ALSO = {"check": ["replay"], "explain": ["replay"], "run": ["replay"],
        "explore": ["replay", "run"], "mutants": ["run", "explore", "list", "shrink"],
        "shrink": ["replay"]}
# Not fields, though they stand in the first column: the ways in which invariants are broken.
KINDS = set(SCHEMAS["replay"]["properties"]["invariants"]["items"]["properties"]["breach"]
            ["anyOf"][0]["properties"]["kind"]["enum"])


def page_problems():
    sections = sections_of((ROOT / "docs/JSON.md").read_text())
    if set(sections) != set(SCHEMAS):
        yield f"docs/JSON.md and docs/schemas differ in {set(sections) ^ set(SCHEMAS)}"
    for kind, section in sections.items():
        properties = properties_of(SCHEMAS[kind])
        for other in ("replay",):
            if f'"{other}.schema.json"' in json.dumps(SCHEMAS[kind]):
                properties |= properties_of(SCHEMAS[other])
        named = names_in(section).union(*(names_in(sections[also]) for also in ALSO.get(kind, [])))
        for field in sorted(properties - named):
            yield f"docs/JSON.md does not name {field} of {kind}"
        for field in sorted(fields_in_tables(section) - properties - KINDS):
            yield f"the schema of {kind} lacks {field}, which docs/JSON.md names"


def schema_problems():
    shared = {}
    for kind, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        if schema["properties"]["schema"] != {"const": f"tidemark/{kind}/1"}:
            yield f"the schema of {kind} is of another document"
        for name, meaning in schema.get("$defs", {}).items():
            if shared.setdefault(name, meaning) != meaning:
                yield f"'{name}' means something else in the schema of {kind}"
    if set(SCHEMAS) != set(COMMANDS) | set(GOLDEN):
        yield f"there is no document of {set(SCHEMAS) ^ (set(COMMANDS) | set(GOLDEN))}"


def problems_of(kind, documents):
    checked = validator(kind)
    refused = 0
    for document in documents:
        for error in checked.iter_errors(document):
            yield f"{kind}: {error.json_path}: {error.message[:200]}"
        for fault, copied in spoilt(document, kind):
            refused += 1
            if checked.is_valid(copied):
                yield f"{kind}: {fault} is not refused"
    print(f"{kind}: {len(documents)} documents are valid, {refused} spoilt ones are refused")


def document_problems(binary):
    for kind, commands in COMMANDS.items():
        documents = [run(binary, command, kind) for command in commands]
        if kind == "replay":
            exported = subprocess.run([binary, "export", "--to", "json", str(ECHO)],
                                      capture_output=True, text=True, check=True)
            documents.append(json.loads(exported.stdout))
        yield from problems_of(kind, documents)
    for kind, file in GOLDEN.items():
        yield from problems_of(kind, [json.loads(line) for line in file.read_text().splitlines()])


def main():
    binary = str(Path(sys.argv[1]).resolve())
    problems = [*schema_problems(), *page_problems(), *document_problems(binary)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

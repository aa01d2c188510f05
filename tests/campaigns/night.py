"""A small campaign, the folder that it runs in, and what becomes of it."""
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/campaigns"
BINARY = ""  # set by run.py
COMMIT = "5e41ab087439611e5e41ab087439611e5e41ab08"

PATIENCE_S = 120  # with what should take a few seconds

# What those of the sample do not do: break.
BREAKS = """
[[configuration]]
name = "the page"
protocol = "page"
strategy = "server-priority"
invariants = "no-lost-update"
weight = 4

"""


def sample(episodes, more=BREAKS):
    text = (EXAMPLES / "campaign.toml").read_text()
    text, found = re.subn(r"^episodes = [\d_]+", f"episodes = {episodes}", text, flags=re.MULTILINE)
    assert found == 1, "campaign.toml does not say how many episodes"
    place = text.index("[[configuration]]")
    return text[:place] + more + text[place:]


def content(folder):
    """What a night comes to, byte by byte; pages also say where the night was kept."""
    folder = Path(folder)
    paths = [folder / "report.json", *sorted(folder.glob("findings/*.trace"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def nights_in(folder):
    return len((Path(folder) / "history.jsonl").read_text().splitlines())


class Night(unittest.TestCase):
    episodes = 4096
    maxDiff = 2000

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="tidemark-night-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.tools = self.home / "tools"
        self.tools.mkdir()
        (self.tools / "tidemark").symlink_to(Path(BINARY).resolve())
        # What files build and install is here already.
        self.tool("apt-get", "")
        self.tool("cmake", "")
        self.tool("cpack", "touch tidemark.deb")

    def tool(self, name, script):
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def environment(self, **more):
        return {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.home),
                **{name: str(value) for name, value in more.items()}}

    def folder(self, name, more=BREAKS):
        """A checkout with the campaign in it."""
        made = self.home / name
        made.mkdir(parents=True)
        (made / "tidemark").symlink_to(self.tools / "tidemark")
        (made / "campaign.toml").write_text(sample(self.episodes, more))
        return made

    def run_in(self, folder, *command, **variables):
        done = subprocess.run([str(word) for word in command], cwd=folder, text=True,
                              env=self.environment(**variables), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = done.stdout
        return done.returncode

    def start_in(self, folder, *command, **variables):
        """Starts it as the leader of a group of its own, as a terminal does."""
        started = subprocess.Popen([str(word) for word in command], cwd=folder,
                                   env=self.environment(**variables), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.addCleanup(lambda: started.poll() is None and (started.kill(), started.wait()))
        return started

    def until(self, holds, what):
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"not in {PATIENCE_S} s: {what}")
            time.sleep(0.005)

    def alone(self, number, *flags):
        """The content of the same night, run by one process."""
        folder = self.folder("alone")
        self.assertEqual(self.run_in(folder, "tidemark", "campaign", "campaign.toml", "--night", number,
                                     "--out", "night", *flags, CI_COMMIT_SHA=COMMIT), 1, self.output)
        found = content(folder / "night")
        self.assertTrue([name for name in found if name.endswith(".trace")], "nothing was found")
        return found

    def expect_night(self, folder, number, *flags):
        found = content(folder)
        alone = self.alone(number, *(flags or ("--corpus", "corpus", "--new-corpus")))
        self.assertEqual(found.keys(), alone.keys())
        for name in alone:
            self.assertEqual(found[name], alone[name], name)
        self.assertEqual(nights_in(folder), 1)


def missing(*programs):
    """Those that are not installed, daemons among them."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return [program for program in programs if not shutil.which(program, path=path)]

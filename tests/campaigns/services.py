"""What services do with their files, as far as a night needs it. What is not known here is an
error, so that a file cannot use it untried."""
import copy
import glob
import re
import shutil
import subprocess
from pathlib import Path

import yaml


ALWAYS = "${{ always() }}"


class Failed(Exception):
    """A command of a job."""


def run_script(shell, script, folder, environment):
    done = subprocess.run([*shell, script], cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Failed(f"exit code {done.returncode} of:\n{script}\n{done.stdout}")


def copy_into(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


class GitHub:
    """A workflow whose jobs run in containers. Checked out is what is in `checkout`."""

    def __init__(self, path, checkout, home, environment, contexts):
        self.workflow = yaml.load(Path(path).read_text(), yaml.BaseLoader)
        self.checkout, self.home = Path(checkout), Path(home)
        self.environment, self.contexts = environment, contexts
        self.artifacts, self.kept = self.home / "artifacts", self.home / "kept"
        self.cache = {}  # the paths of each key, the newest last
        self.failed = {}  # what went wrong, by job

    def value(self, text, contexts):
        return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda found: contexts[found.group(1)], text)

    def run(self, *jobs):
        for name in jobs:
            job = self.workflow["jobs"][name]
            if self.failed.keys() & set(job.get("needs", [])) and job.get("if") != ALWAYS:
                continue
            shards = job.get("strategy", {}).get("matrix", {}).get("shard", [None])
            for index, shard in enumerate(shards):
                contexts = {**self.contexts, "matrix.shard": shard, "strategy.job-index": str(index),
                            "strategy.job-total": str(len(shards))}
                self.run_job(name, job, self.home / f"{name}-{index}", contexts)

    def run_job(self, name, job, folder, contexts):
        folder.mkdir()
        variables = {key: self.value(text, contexts) for key, text in
                     {**self.workflow.get("env", {}), **job.get("env", {})}.items()}
        environment = {**self.environment, "GITHUB_ACTIONS": "true", "CI": "true", **variables,
                       "GITHUB_STEP_SUMMARY": str(folder.parent / f"summary-{folder.name}.md")}
        for step in job["steps"]:
            if name in self.failed and step.get("if") != ALWAYS:
                continue
            try:
                self.run_step(step, folder, environment, contexts)
            except Failed as failure:
                self.failed.setdefault(name, str(failure))

    def run_step(self, step, folder, environment, contexts):
        if "run" in step:
            return run_script(["sh", "-e", "-c"], step["run"], folder, environment)
        options = {key: self.value(text, contexts) for key, text in step.get("with", {}).items()}
        action, version = step["uses"].split("@")
        assert re.fullmatch(r"v\d+", version), step["uses"]
        name = re.sub(r"\W", "_", action.removeprefix("actions/"))
        getattr(self, f"do_{name}")(folder, options)
        return None

    def do_checkout(self, folder, _):
        shutil.copytree(self.checkout, folder, dirs_exist_ok=True)

    def do_upload_artifact(self, folder, options):
        paths = [Path(found) for line in options["path"].split()
                 for found in glob.glob(str(folder / line))]
        into = self.artifacts / options["name"]
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        for path in paths:  # of one folder, what is in it; of several, they themselves
            copy_into(path, into if len(paths) == 1 and path.is_dir() else into / path.name)

    def do_download_artifact(self, folder, options):
        into = folder / options.get("path", ".")
        if "name" in options:
            copy_into(self.artifacts / options["name"], into)
        else:
            for artifact in self.artifacts.glob(options["pattern"]):
                copy_into(artifact, into / artifact.name)

    def do_cache_restore(self, folder, options):
        hits = [key for key in self.cache if key.startswith(options["restore-keys"])]
        if hits:  # the newest
            assert self.cache[hits[-1]] == options["path"], "saved and restored are other paths"
            copy_into(self.kept / hits[-1], folder)

    def do_cache_save(self, folder, options):
        self.cache[options["key"]] = options["path"]
        for path in options["path"].split():
            copy_into(folder / path, self.kept / options["key"] / path)


class GitLab:
    """A pipeline. Checked out is what is in `checkout`."""

    def __init__(self, path, checkout, home, environment, variables):
        self.jobs = yaml.load(Path(path).read_text(), yaml.BaseLoader)
        self.checkout, self.home = Path(checkout), Path(home)
        self.environment, self.variables = environment, variables
        self.artifacts, self.kept = self.home / "artifacts", self.home / "cache"
        self.artifacts.mkdir(parents=True)
        self.failed = {}

    def job(self, name):
        job = copy.deepcopy(self.jobs[name])
        base = self.job(job["extends"]) if "extends" in job else {}
        return {**base, **job, "variables": {**base.get("variables", {}), **job.get("variables", {})}}

    def run(self, *names):
        for name in names:
            job = self.job(name)
            total = int(job.get("parallel", 1))
            for index in range(1, total + 1):
                shard = {"CI_NODE_INDEX": str(index)} if "parallel" in job else {}
                self.run_job(name, job, self.home / f"{name}-{index}",
                             {**self.variables, "CI_NODE_TOTAL": str(total), **shard})

    def run_job(self, name, job, folder, predefined):
        shutil.copytree(self.checkout, folder)
        shutil.copytree(self.artifacts, folder, dirs_exist_ok=True)
        cached = [folder / path for path in (job.get("cache") or {"paths": []})["paths"]]
        for path in cached:
            if (self.kept / path.name).exists():
                copy_into(self.kept / path.name, path)
        own = {key: re.sub(r"\$(\w+)", lambda found: predefined[found.group(1)], text)
               for key, text in job["variables"].items()}
        environment = {**self.environment, "GITLAB_CI": "true", "CI": "true", **predefined, **own}
        shell = ["bash", "-eo", "pipefail", "-c"]
        try:
            lines = [*job.get("before_script", []), *job["script"]]
            run_script(shell, "\n".join(lines), folder, environment)
        except Failed as failure:
            self.failed.setdefault(name, str(failure))
        run_script(shell, "\n".join(job.get("after_script", [])), folder, environment)
        self.keep(job, folder, cached, name in self.failed)

    def keep(self, job, folder, cached, failed):
        if not failed or job["artifacts"].get("when") == "always":
            for pattern in job["artifacts"]["paths"]:
                for path in glob.glob(str(folder / pattern)):
                    copy_into(Path(path), self.artifacts / Path(path).name)
        cache = job.get("cache") or {}
        if cache.get("policy") == "pull-push" and (not failed or cache.get("when") == "always"):
            for path in cached:
                shutil.rmtree(self.kept / path.name, ignore_errors=True)
                copy_into(path, self.kept / path.name)


class Kubernetes:
    """The pods of a Job, as processes; its volumes are folders below `volumes`."""

    def __init__(self, path, volumes):
        self.spec = yaml.safe_load(Path(path).read_text())["spec"]
        self.containers = {each["name"]: each for each in self.spec["template"]["spec"]["containers"]}
        self.volumes = Path(volumes)

    def variables(self, container):
        return {each["name"]: each["value"] for each in self.containers[container]["env"]}

    def command(self, container):
        words = self.containers[container]["args"]
        return ["tidemark", *[self.expanded(container, word) for word in words]]

    def expanded(self, container, word):
        variables = self.variables(container)
        word = re.sub(r"\$\((\w+)\)", lambda found: variables[found.group(1)], word)
        for mount in self.containers[container]["volumeMounts"]:
            word = word.replace(mount["mountPath"] + "/", f"{self.volumes / mount['name']}/")
        return word

    def action(self, exit_code):
        """What its policy says of a pod that ended so."""
        for rule in self.spec["podFailurePolicy"]["rules"]:
            if exit_code in rule.get("onExitCodes", {}).get("values", []):
                return rule["action"]
        return "Count"

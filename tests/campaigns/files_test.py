"""The files themselves, as far as it can be told without their services."""
import re

import yaml

from night import EXAMPLES, missing, Night

SHELLS = sorted(EXAMPLES.glob("*.sh"))
FLOWS = sorted(EXAMPLES.glob("github-*.yml"))


def scripts():
    """What the services run: by file, shell and script."""
    for path in FLOWS:
        for job in yaml.load(path.read_text(), yaml.BaseLoader)["jobs"].values():
            for step in job["steps"]:
                if "run" in step:
                    yield path.name, "sh", step["run"]  # in a container that is the shell
    jobs = yaml.load((EXAMPLES / "gitlab-ci.yml").read_text(), yaml.BaseLoader)
    for job in jobs.values():
        if "script" in job:
            for part in ("before_script", "script", "after_script"):
                yield "gitlab-ci.yml", "bash", "\n".join(job.get(part, []))


def misread(text):
    """Words that YAML takes for something else than they say, where it was not meant."""
    found = []
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken) and token.plain:
            if re.fullmatch(r"yes|no|y|n|on|off|0\d+|\d+:\d+", token.value, re.IGNORECASE):
                found.append(token.value)
    return found


class Files(Night):
    def test_each_has_a_comment_that_says_what_to_change(self):
        files = [path for path in EXAMPLES.iterdir() if path.suffix != ".trace" and path.is_file()]
        self.assertGreater(len(files), 8)
        for path in files:
            head = re.match(r"(#.*\n)+", path.read_text())
            self.assertTrue(head, path.name)
            self.assertIn(" To change: ", head.group(0).replace("\n#", ""), path.name)

    def test_shell_files_please_shellcheck(self):
        if missing("shellcheck"):
            self.skipTest("shellcheck is not installed")
        self.assertGreater(len(SHELLS), 1)
        self.assertEqual(self.run_in(EXAMPLES, "shellcheck", *SHELLS), 0, self.output)

    def test_shell_scripts_in_yaml_please_shellcheck(self):
        if missing("shellcheck"):
            self.skipTest("shellcheck is not installed")
        checked = 0
        for file, shell, script in scripts():
            path = self.home / "script"
            path.write_text(f"#!/bin/{shell}\n{script}\n")
            self.assertEqual(self.run_in(self.home, shell, "-n", path), 0, f"{file}: {self.output}")
            # Variables come from elsewhere, and a failing cd ends a job.
            self.assertEqual(self.run_in(self.home, "shellcheck", "--exclude=SC2154", path), 0,
                             f"{file}: {self.output}")
            checked += 1
        self.assertGreater(checked, 8)

    def test_no_word_of_a_yaml_file_is_misread(self):
        for path in sorted(EXAMPLES.glob("*.y*ml")):
            expected = ["on"] if path in FLOWS else []  # the key, which GitHub reads as it is written
            self.assertEqual(misread(path.read_text()), expected, path.name)
        self.assertEqual(misread("a: no\nb: 017\nc: 12:30\nd: 'yes'\ne: '08'\n"), ["no", "017", "12:30"])

    def test_the_workflows_have_what_a_night_hinges_on(self):
        flow = yaml.load((EXAMPLES / "github-nightly.yml").read_text(), yaml.BaseLoader)
        self.assertIn("workflow_dispatch", flow["on"])
        minute = flow["on"]["schedule"][0]["cron"].split()[0]
        self.assertNotIn(minute, ("0", "*"))
        shard, merge = flow["jobs"]["shard"], flow["jobs"]["merge"]
        self.assertEqual(shard["strategy"]["fail-fast"], "false")
        self.assertEqual(shard["strategy"]["matrix"]["shard"], [str(n) for n in range(4)])
        self.assertEqual(merge["if"], "${{ always() }}")
        self.assertIn("shard", merge["needs"])

    # What anybody may name, such as a branch, is no part of a script.
    def test_no_script_of_a_workflow_has_an_expression_in_it(self):
        for file, _, script in scripts():
            self.assertNotIn("${{", script, file)

    def test_the_manifests_of_kubernetes_agree_with_one_another(self):
        shards = yaml.safe_load((EXAMPLES / "kubernetes-job.yaml").read_text())["spec"]
        merge = yaml.safe_load((EXAMPLES / "kubernetes-merge.yaml").read_text())["spec"]
        self.assertEqual(shards["completionMode"], "Indexed")
        for spec in (shards, merge):
            pod = spec["template"]["spec"]
            self.assertEqual(pod["restartPolicy"], "Never")
            for each in pod["containers"][0]["env"]:
                self.assertIsInstance(each["value"], str)  # Kubernetes takes nothing else
            self.assertEqual({mount["name"] for mount in pod["containers"][0]["volumeMounts"]},
                             {volume["name"] for volume in pod["volumes"]})
        variables = {each["name"]: each["value"]
                     for each in shards["template"]["spec"]["containers"][0]["env"]}
        self.assertEqual(variables["TIDEMARK_SHARD_TOTAL"], str(shards["completions"]))
        self.assertEqual({"name": "NIGHT", "value": variables["NIGHT"]},
                         merge["template"]["spec"]["containers"][0]["env"][0])

    def test_an_exit_code_that_another_start_would_give_again_is_not_tried_again(self):
        rules = yaml.safe_load((EXAMPLES / "kubernetes-job.yaml").read_text())["spec"]["podFailurePolicy"]["rules"]
        self.assertEqual(rules[0]["onPodConditions"], [{"type": "DisruptionTarget"}])
        self.assertEqual(rules[1]["onExitCodes"]["values"], [1, 2, 4, 5])

    def test_the_dockerfile_copies_what_is_there(self):
        text = (EXAMPLES / "Dockerfile").read_text()
        copied = re.findall(r"^COPY (examples\S+)", text, re.MULTILINE)
        self.assertTrue(copied)
        for path in copied:
            self.assertTrue((EXAMPLES.parents[1] / path).exists(), path)



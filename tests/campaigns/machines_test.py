"""Nights on many machines end as those of one process."""
import json
import os
import re
import shutil
import signal
import time

import night
import services
import slurm
from night import COMMIT, EXAMPLES, Night, nights_in

LONG = 60_000  # episodes: so many that a shard can be stopped on its way


class OnGitHub(Night):
    def service(self, number, more=night.BREAKS, file="github-nightly.yml", after=None):
        home = self.home / f"github-{number}"
        home.mkdir()
        service = services.GitHub(EXAMPLES / file, self.folder(f"checkout-{number}", more), home,
                                  self.environment(GITHUB_SHA=COMMIT),
                                  {"github.run_number": str(number), "github.run_attempt": "1"})
        if after:
            service.cache, service.kept = after.cache, after.kept
        return service

    def test_a_matrix_and_its_merge_make_the_night_of_one_process(self):
        service = self.service(17)
        service.run("build", "shard")
        self.assertEqual(service.failed, {})
        service.run("merge")
        self.assertIn("exit code 1 of", service.failed["merge"])
        self.expect_night(service.artifacts / "night/night", 17)
        self.assertIn("no-lost-update", (service.home / "summary-merge-0.md").read_text())

    def test_a_lost_shard_makes_the_night_inconclusive(self):
        service = self.service(17, more="")
        service.run("build", "shard")
        shutil.rmtree(service.artifacts / "shard-2")
        service.run("merge")
        self.assertIn("exit code 5 of", service.failed["merge"])
        self.assertIn("2/4", service.failed["merge"])

    def test_the_next_night_has_the_history_of_the_last(self):
        first = self.service(17, more="")
        first.run("build", "shard", "merge")
        self.assertEqual(first.failed, {})
        second = self.service(18, more="", after=first)
        second.run("build", "shard", "merge")
        self.assertEqual(second.failed, {})
        self.assertEqual(nights_in(second.artifacts / "night/night"), 2)

    def test_a_pull_request_is_judged_the_same_for_any_commit(self):
        flow = (EXAMPLES / "github-pull-request.yml").read_text()
        words, found = re.subn(r"--episodes \d+", f"--episodes {self.episodes}",
                               re.search(r"\./tidemark (campaign .*)", flow).group(1))
        self.assertEqual(found, 1)
        gates = []
        for commit in ("1" * 40, "2" * 40):
            folder = self.folder(f"gate-{commit}")
            self.assertEqual(self.run_in(folder, "tidemark", *words.split(), GITHUB_SHA=commit), 1,
                             self.output)
            report = json.loads((folder / "gate/report.json").read_text())
            self.assertEqual(report["plan"]["commit"], commit)
            gates.append([report["digest"], report["findings"]])
        self.assertEqual(gates[0], gates[1])


class OnGitLab(Night):
    def service(self, more=night.BREAKS):
        return services.GitLab(EXAMPLES / "gitlab-ci.yml", self.folder("checkout", more),
                               self.home / "gitlab", self.environment(),
                               {"CI_COMMIT_SHA": COMMIT, "CI_PIPELINE_IID": "17"})

    def test_parallel_jobs_and_their_merge_make_the_night_of_one_process(self):
        service = self.service()
        service.run("build", "shard")
        self.assertEqual(service.failed, {})
        service.run("merge")
        self.assertIn("exit code 1 of", service.failed["merge"])
        self.expect_night(service.artifacts / "night", 17)
        self.assertEqual(nights_in(service.kept / "night"), 1)  # for the next one

    def test_a_lost_shard_makes_the_night_inconclusive(self):
        service = self.service(more="")
        service.run("build", "shard")
        shutil.rmtree(service.artifacts / "shards/3")
        service.run("merge")
        self.assertIn("exit code 5 of", service.failed["merge"])
        self.assertIn("2/4", service.failed["merge"])


class OnKubernetes(Night):
    episodes = LONG
    pods = 2

    def setUp(self):
        super().setUp()
        self.shards = services.Kubernetes(EXAMPLES / "kubernetes-job.yaml", self.home)
        self.merge = services.Kubernetes(EXAMPLES / "kubernetes-merge.yaml", self.home)
        self.campaign = self.folder("campaign")

    def start_pod(self, index):
        variables = {**self.shards.variables("shard"), "TIDEMARK_SHARD_TOTAL": self.pods}
        return self.start_in(self.campaign, *self.shards.command("shard"), JOB_COMPLETION_INDEX=index,
                             CI_COMMIT_SHA=COMMIT, **variables)

    def begun(self, *pods):
        """The same, when the first shard has saved that it began."""
        self.until((self.home / "nights/1/shards/0-of-2.json").exists, "a pod has begun")
        time.sleep(0.1)  # so that there is something to lose
        return pods

    def merged(self):
        return self.run_in(self.campaign, *self.merge.command("merge"))

    def test_pods_that_are_drained_killed_and_doubled_make_the_night_of_one_process(self):
        self.assertEqual(self.start_pod(1).wait(), 1)
        (drained,) = self.begun(self.start_pod(0))
        drained.terminate()
        self.assertEqual(drained.wait(), 143)
        for pod in self.begun(self.start_pod(0), self.start_pod(0)):
            pod.kill()
            self.assertEqual(pod.wait(), -signal.SIGKILL)
        self.merged()
        self.assertIn("shard 0/2", self.output)
        shutil.rmtree(self.home / "nights/report")
        self.assertEqual(self.start_pod(0).wait(), 1)
        self.assertEqual(self.merged(), 1)
        self.expect_night(self.home / "nights/report", 1)

    def test_the_corpus_of_a_night_is_that_of_the_next(self):
        for index in range(self.pods):
            self.start_pod(index).wait()
        self.assertEqual(self.run_in(self.campaign, *self.merge.command("corpus")), 0, self.output)
        self.assertTrue(list((self.home / "nights/corpus").glob("*.trace")))

    def test_the_policy_tries_again_what_another_start_may_mend(self):
        actions = {code: self.shards.action(code) for code in (1, 2, 3, 4, 5, 137, 143)}
        self.assertEqual([code for code, action in actions.items() if action == "Count"],
                         [3, 137, 143])
        (self.campaign / "campaign.toml").write_text("nonsense = 1\n")
        self.assertEqual(self.shards.action(self.start_pod(0).wait()), "FailIndex")


class OnSlurm(Night):
    shards = 3

    def setUp(self):
        super().setUp()
        lacks = night.missing("munged", "slurmctld", "slurmd", "sbatch")
        if lacks or os.geteuid() != 0:
            self.skipTest(f"Slurm cannot run here: {', '.join(lacks) or 'this is not root'}")
        self.cluster = slurm.Cluster(self.home / "slurm", self)

    # The signal, the new start and the merge that waits for all: by Slurm itself.
    def test_an_array_with_a_requeued_task_and_its_merge_make_the_night_of_one_process(self):
        self.episodes = LONG
        folder = self.folder("campaign")
        self.assertEqual(self.cluster.run(folder, "bash", EXAMPLES / "slurm-array.sh", SHARDS=self.shards,
                                          CI_COMMIT_SHA=COMMIT), 0, self.cluster.output)
        state = folder / "night-1/shards/0-of-3.json"
        self.until(state.exists, "the first shard has begun")
        self.cluster.run(folder, "scontrol", "requeue", "1_0")
        self.until(lambda: self.cluster.states()["1_0"] == "BeginTime", "the task waits to begin again")
        self.cluster.run(folder, "scontrol", "update", "jobid=1_0", "starttime=now")  # not in 2 minutes
        self.until(lambda: not self.cluster.states(), "the last job, the merge, has ended")
        self.expect_night(folder / "night", 1)


class ByParallel(Night):
    def test_a_run_that_is_interrupted_and_repeated_makes_the_night_of_one_process(self):
        if night.missing("parallel"):
            self.skipTest("GNU parallel is not installed")
        self.episodes = LONG
        folder = self.folder("campaign")
        self.tool("git", f"echo {COMMIT}")  # a checkout of that commit
        command = ["bash", EXAMPLES / "parallel.sh", "3"]
        first = self.start_in(folder, *command)
        self.until(lambda: list(folder.glob("night-1-*/shards/*.json")), "a shard has begun")
        os.killpg(first.pid, signal.SIGINT)
        first.wait()
        self.assertFalse((folder / "night/report.json").exists())
        self.assertEqual(self.run_in(folder, *command), 1, self.output)
        self.expect_night(folder / "night", 1)


class ByBazel(Night):
    def test_shards_of_bazel_and_googletest_tell_that_they_are_shards(self):
        folder = self.folder("campaign")
        for index in range(2):
            status = folder / f"status-{index}"
            numbers = {"TEST_SHARD_INDEX": str(index), "TEST_TOTAL_SHARDS": "2",
                       "GTEST_SHARD_INDEX": str(index), "GTEST_TOTAL_SHARDS": "2"}
            self.run_in(folder, "tidemark", "campaign", "campaign.toml", "--night", 1, "--out",
                        f"out-{index}", TEST_SHARD_STATUS_FILE=status, CI_COMMIT_SHA=COMMIT, **numbers)
            self.assertIn(f"shard {index}/2 by GTEST_SHARD_INDEX", self.output)
            self.assertTrue(status.exists())
        self.assertEqual(self.run_in(folder, "tidemark", "merge", "out-0", "out-1", "--out", "night"), 1)
        self.expect_night(folder / "night", 1, "--quiet")



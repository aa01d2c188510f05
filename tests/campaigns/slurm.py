"""A cluster of Slurm on this machine: one node, all its state in one folder."""
import os
import subprocess

CONFIGURATION = """
ClusterName=tidemark
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={home}/munge.socket
CredType=cred/munge
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.pid
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


class Cluster:
    def __init__(self, home, test):
        self.home, self.test, self.output = home, test, ""
        for folder in ("state", "spool"):
            (home / folder).mkdir(parents=True)
        self.environment = {**test.environment(), "SLURM_CONF": str(home / "slurm.conf")}
        self.write_configuration()
        self.start("munged", "--foreground", "--force", f"--key-file={home}/munge.key",
                   f"--socket={home}/munge.socket", f"--pid-file={home}/munge.pid",
                   f"--log-file={home}/munge.log", f"--seed-file={home}/munge.seed")
        test.until(lambda: (home / "munge.socket").exists(), "munged listens")
        self.start("slurmctld", "-D", "-c")
        self.start("slurmd", "-D")
        test.until(lambda: self.run(home, "sinfo", "-h", "-o", "%T") == 0 and self.output == "idle\n",
                   "the node is idle")

    def write_configuration(self):
        (self.home / "munge.key").write_bytes(os.urandom(64))
        (self.home / "munge.key").chmod(0o600)
        host = os.uname().nodename.split(".")[0]
        (self.home / "slurm.conf").write_text(
            CONFIGURATION.format(home=self.home, host=host, port=17817, node_port=17818))

    def start(self, *command):
        daemon = subprocess.Popen(command, env={**self.environment, "PATH": "/usr/sbin:/usr/bin:/bin"},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.test.addCleanup(daemon.wait)
        self.test.addCleanup(daemon.terminate)

    def run(self, folder, *command, **variables):
        variables = {key: str(value) for key, value in variables.items()}
        done = subprocess.run([str(word) for word in command], cwd=folder, text=True,
                              env={**self.environment, **variables}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.output = done.stdout
        return done.returncode

    def states(self):
        """Why each task does not run, by its number."""
        self.run(self.home, "squeue", "--noheader", "--array", "--format", "%i %r")
        return dict(line.split(maxsplit=1) for line in self.output.splitlines())

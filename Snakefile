# The table of contents: model -> samples -> verdicts -> pass@k -> figures.
# What runs is decided in config.yaml, which common.smk reads and checks; each rule is a command line
# in scripts/, most of the same name.

from snakemake.utils import min_version

min_version("9.0")


include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/learn.smk"
include: "rules/sample.smk"
include: "rules/repair.smk"
include: "rules/execute.smk"
include: "rules/estimate.smk"
include: "rules/analyses.smk"
include: "rules/cost.smk"


# One line of progress; at the end what went wrong. Snakemake's own account: -p.
terminal.show(workflow, targets=list(EXPERIMENTS))
redraw.watch(workflow, shard_of, why_drawn)


# Snakemake starts at most 100 jobs a second. To hold to that it wakes its scheduler, while some job
# waits, each second once more for each job that it has seen end: after a hundred it computes without
# a rest. Nothing starts so many; the option that sets another limit takes no "none".
onstart:
    workflow.scheduler.job_rate_limiter = None


report: "docs/report/workflow.rst"


# What runs when nothing is named: the first experiment of config.yaml, the paper's.
rule all:
    default_target: True
    input:
        next(iter(EXPERIMENTS.values())).targets,


# Every experiment is a target: `snakemake --cores all demo`.
for experiment in EXPERIMENTS.values():

    rule:
        name:
            experiment.name
        input:
            experiment.targets,

# The table of contents: model -> samples -> verdicts -> pass@k -> figures.
# What runs is decided in config.yaml; each rule is a command line in scripts/ of the same name.

import sys

from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


sys.path.append("scripts")

from passk import terminal

terminal.show(workflow, targets=list(config["experiments"]))


include: "rules/common.smk"
include: "rules/resources.smk"
include: "rules/sample.smk"
include: "rules/execute.smk"
include: "rules/estimate.smk"
include: "rules/cost.smk"
include: "rules/verifiers.smk"
include: "rules/selection.smk"
include: "rules/analyses.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


report: "docs/report/workflow.rst"


# What runs when nothing is named: the first experiment of config.yaml, the paper's.
rule all:
    default_target: True
    input:
        figures_of(next(iter(config["experiments"]))),


# Every experiment is a target: `snakemake --cores all demo`.
for experiment in config["experiments"]:

    rule:
        name:
            experiment
        input:
            figures_of(experiment),

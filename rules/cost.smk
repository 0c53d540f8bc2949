# Samples to what they took: tokens, FLOPs, memory, device time and US$; and coverage against it. Times
# are measured, so of all tables only these differ from run to run.


localrules:
    cost,
    print_cost,
    compute,


rule cost:
    input:
        metadata=metadata_of_samples,
        manifest="results/{model}/manifest.json",
        code=code("cost.py"),
    output:
        "results/{model}/{benchmark}/{sampling}/cost.json",
    log:
        "logs/cost/{model}/{benchmark}/{sampling}.log",
    conda:
        "../envs/main.yaml"
    params:
        metadata=shards_in("metadata"),
        prices=prices,
    shell:
        "python scripts/cost.py --metadata {params.metadata} --manifest {input.manifest}"
        " --prices {params.prices:q} --output {output} 2>&1 | tee {log}"


# The same numbers on the terminal and, shard by shard, in a table; the execution's with them.
rule print_cost:
    input:
        cost=costs_of_compared,
        verdicts=metadata_of_verdicts,
        code=code("print_cost.py"),
    output:
        "figures/{experiment}/cost.csv",
    log:
        "logs/print_cost/{experiment}.log",
    conda:
        "../envs/main.yaml"
    params:
        labels=labels_of_compared,
        verdicts=shards_in("verdicts"),
    shell:
        "python scripts/print_cost.py --cost {input.cost} --labels {params.labels:q}"
        " --verdicts {params.verdicts} --output {output} 2>&1 | tee {log}"


rule compute:
    input:
        counts=tables_of_compared("counts.csv"),
        cost=costs_of_compared,
        code=code("compute.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/compute.csv",
    log:
        "logs/compute/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        labels=labels_of_compared,
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
        baseline=quoted_baseline_options,
    shell:
        "python scripts/compute.py --counts {input.counts} --cost {input.cost}"
        " --labels {params.labels:q} --k-values {params.k_values} {params.baseline:q}"
        " --output {output} 2>&1 | tee {log}"

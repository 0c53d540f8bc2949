# What samples are to take, and took: tokens, FLOPs, memory, device time and US$. Times are measured,
# so of all tables only these, and what is drawn from them, differ from run to run.


localrules:
    forecast,
    cost,
    print_cost,


# What the run will take, said before the first shard. Nothing depends on it: it is a target of the
# experiment that needs nothing and goes first.
rule forecast:
    output:
        "figures/{experiment}/forecast.txt",
    log:
        "logs/forecast/{experiment}.log",
    priority: 100
    conda:
        "../envs/main.yaml"
    params:
        experiment=lambda wildcards: json.dumps(experiment_of(wildcards).effective),
        model=lambda wildcards: json.dumps(experiment_of(wildcards).model),
        benchmark=lambda wildcards: json.dumps(experiment_of(wildcards).benchmark),
        sampling=lambda wildcards: json.dumps(experiment_of(wildcards).sampling),
    shell:
        "python scripts/forecast.py --experiment {params.experiment:q} --model {params.model:q}"
        " --benchmark {params.benchmark:q} --sampling {params.sampling:q} --output {output}"
        " 2>&1 | tee {log}"


rule cost:
    input:
        samples=lambda wildcards: DRAWN[folder_of(wildcards)],
        metadata=lambda wildcards: list(map(metadata_path, DRAWN[folder_of(wildcards)])),
        before=cost_before,
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
        before=lambda wildcards, input: [f"--before {one}" for one in input.before],
        prices=keys_of_model("price_per_gpu_hour", "price_per_million_tokens"),
    shell:
        "python scripts/cost.py --metadata {params.metadata} --manifest {input.manifest}"
        " --prices {params.prices:q} {params.before} --output {output} 2>&1 | tee {log}"


# The same numbers on the terminal and, shard by shard, in a table; the execution's with them.
rule print_cost:
    input:
        cost=lambda wildcards: [
            one.folder / "cost.json" for one in experiment_of(wildcards).sampled.values()
        ],
        verdicts=lambda wildcards: experiment_of(wildcards).records_of_verdicts,
        code=code("print_cost.py"),
    output:
        "figures/{experiment}/cost.csv",
    log:
        "logs/print_cost/{experiment}.log",
    conda:
        "../envs/main.yaml"
    params:
        labels=lambda wildcards: list(experiment_of(wildcards).sampled),
        verdicts=shards_in("verdicts"),
    shell:
        "python scripts/print_cost.py --cost {input.cost} --labels {params.labels:q}"
        " --verdicts {params.verdicts} --output {output} 2>&1 | tee {log}"


# `snakemake --cores 1 experiments`: what there is, how far it is, what is still to come.
rule experiments:
    log:
        "logs/experiments.log",
    localrule: True
    conda:
        "../envs/main.yaml"
    params:
        config=lambda wildcards: json.dumps(config),
    shell:
        "python scripts/experiments.py --config {params.config:q} 2>&1 | tee {log}"

# Models to samples: one job a shard, a block of draws over all tasks.


# The costly rule. A finished shard whose metadata say that it is what is asked stays, whenever
# Snakemake starts its job again (passk/engines/finished.py): no output is removed before, and the job
# needs neither GPU nor environment. But what is made from it runs again then. Editing this shell line,
# its list of inputs or what its params look up starts all jobs: so it lists no code, its environment
# is ancient() (each shard's metadata records the versions), and labels, prices and memory are looked
# up elsewhere. The two rules that make its other inputs re-run only when the samples must, too. To
# sample again on purpose: `snakemake -R sample`.
rule sample:
    input:
        recorded_samples,
        problems="results/{model}/{benchmark}/problems.jsonl",
        manifest="results/{model}/manifest.json",
        environment=ancient("results/{model}/environment.txt"),
    output:
        samples=kept("results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz"),
        metadata=kept("results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json"),
    log:
        "logs/sample/{model}/{benchmark}/{sampling}/{draws}.log",
    conda:
        conda_environment
    threads: 1
    resources:
        gpu=gpus,
    params:
        weights=json_of("models/{model}/weights"),
        sampling=json_of("sampling/{sampling}"),
        # Functions of `input` too, so that they are not tracked: finished samples stand, whatever
        # the engine's packages, whoever provides them, and however an endpoint is reached.
        lock=lambda wildcards, input: lock_file(wildcards),
        folder=lambda wildcards, input: sampling_folder(wildcards),
        access=lambda wildcards, input: access(wildcards),
    shell:
        "( python scripts/environment.py --lock {params.lock} --folder {params.folder};"
        " export PATH=$PWD/{params.folder}/bin:$PATH;"
        " python scripts/with_gpu.py --gpus {resources.gpu} -- python scripts/sample.py"
        " --weights {params.weights:q} --access {params.access:q} --sampling {params.sampling:q}"
        " --problems {input.problems} --manifest {input.manifest}"
        " --draws {wildcards.draws} --samples {output.samples} --threads {threads} ) 2>&1 | tee {log}"

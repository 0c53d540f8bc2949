# What the rest stands on: problem files, model weights, and environments of their own.


localrules:
    problem_file,
    expected_values,
    download_model,
    environment,


rule problem_file:
    input:
        problem_source,
    output:
        "results/{model}/{benchmark}/problems.jsonl",
    log:
        "logs/problem_file/{model}/{benchmark}.log",
    conda:
        "../envs/main.yaml"
    params:
        benchmark=problem_entry,
    shell:
        "python scripts/problem_file.py --benchmark {params.benchmark:q} --output {output}"
        " 2>&1 | tee {log}"


# Tests such as HumanEval+'s are inputs and reference solutions: this fetches them, unless they are
# there, and runs the solutions.
rule expected_values:
    input:
        source_of_tests,
        code=code("expected_values.py"),
    output:
        "resources/{suite}/{benchmark}.expected.jsonl.gz",
    log:
        "logs/expected_values/{suite}/{benchmark}.log",
    conda:
        "../envs/main.yaml"
    params:
        entry=json_of("benchmarks/{benchmark}/{suite}"),
        tests="resources/{suite}/{benchmark}.jsonl.gz",
    shell:
        "python scripts/expected_values.py --entry {params.entry:q} --tests {params.tests}"
        " --output {output} 2>&1 | tee {log}"


# Fetches weights into the Hugging Face cache (HF_HOME) unless they are there, and writes down
# which files they are.
rule download_model:
    input:
        files_of_model,
    output:
        "results/{model}/manifest.json",
    log:
        "logs/download_model/{model}.log",
    conda:
        "../envs/main.yaml"
    params:
        weights=json_of("models/{model}/weights"),
    shell:
        "python scripts/download_model.py --weights {params.weights:q} --manifest {output}"
        " 2>&1 | tee {log}"


# Built before the first job that needs it, on the machine that has a network; `sample` builds it
# anew where it is gone or its pins have changed. Neither may sample again what is finished: each
# shard's metadata says what sampled it.
#
# Hazard (Snakemake 9.27): while a job upstream of an ancient() input is to run again, nothing
# downstream is looked at. So this rule must have no reason to run but its missing output.
rule environment:
    input:
        lock=lambda wildcards: ancient(source(lock_file(wildcards))),
    output:
        "results/{model}/environment.txt",
    log:
        "logs/environment/{model}.log",
    conda:
        "../envs/main.yaml"
    params:
        folder=lambda wildcards, input: environment_folder(wildcards),
    shell:
        "python scripts/environment.py --lock {input.lock} --folder {params.folder} --record {output}"
        " 2>&1 | tee {log}"


# How the shipped demo models were made (`snakemake train_demo_model`): resources/demo/ is a source
# that no rule writes.
rule train_demo_model:
    input:
        lock=source("envs/transformers.txt"),
        code=code("train_demo_model.py"),
        base="resources/demo/small/model.safetensors",  # of the one that repairs
    output:
        small=directory("results/train_demo_model/small"),
        large=directory("results/train_demo_model/large"),
        prover=directory("results/train_demo_model/prover"),
        repairer=directory("results/train_demo_model/repairer"),
    log:
        "logs/train_demo_model.log",
    conda:
        "../envs/transformers.yaml"
    params:
        folder="none" if WITH_CONDA else "resources/envs/transformers",
    shell:
        "( python scripts/environment.py --lock {input.lock} --folder {params.folder};"
        " export PATH=$PWD/{params.folder}/bin:$PATH;"
        " python scripts/train_demo_model.py --size small --output {output.small};"
        " python scripts/train_demo_model.py --size large --output {output.large};"
        " python scripts/train_demo_model.py --size prover --output {output.prover};"
        " python scripts/train_demo_model.py --size repairer --output {output.repairer} ) 2>&1 | tee {log}"

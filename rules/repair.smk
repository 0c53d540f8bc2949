# Rounds of repair: what fails the examples of its prompt is drawn again, and told what is wrong. A
# round is a sampling entry, and its samples are judged like any others: see passk/repair.py.

ROUNDS = name_pattern([n for n, one in config["sampling"].items() if "repair" in one]) or "(?!)"


# Nothing is made again for an edited script, as samples are drawn from it: so no code is an input,
# and what is finished on the same samples stays.
rule feedback:
    input:
        samples="results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json",
        problems="results/{model}/{benchmark}/problems.jsonl",
    output:
        feedback=kept("results/{model}/{benchmark}/{sampling}/feedback/{answer}/{draws}.jsonl.gz"),
        metadata=kept("results/{model}/{benchmark}/{sampling}/feedback/{answer}/{draws}.meta.json"),
    log:
        "logs/feedback/{model}/{benchmark}/{sampling}/{answer}/{draws}.log",
    conda:
        "../envs/main.yaml"
    threads: workers
    params:
        settings=drawn_with,
    shell:
        "python scripts/feedback.py --benchmark {input.problems} --answer {wildcards.answer}"
        " --samples {input.samples} --feedback {output.feedback}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"


ruleorder: sample_round > sample


# As rule `sample`, whose notes hold here, too.
rule sample_round:
    input:
        parent=lambda wildcards: shard_of(before(wildcards)),
        about_parent=lambda wildcards: metadata_path(shard_of(before(wildcards))),
        feedback=feedback_on,
        about_feedback=lambda wildcards: metadata_path(feedback_on(wildcards)),
        problems="results/{model}/{benchmark}/problems.jsonl",
        manifest="results/{model}/manifest.json",
        environment=ancient("results/{model}/environment.txt"),
    output:
        samples=kept("results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz"),
        metadata=kept("results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json"),
    log:
        "logs/sample_round/{model}/{benchmark}/{sampling}/{draws}.log",
    wildcard_constraints:
        sampling=ROUNDS,
    conda:
        conda_environment
    threads: 1
    resources:
        gpu=gpus,
    params:
        weights=json_of("models/{model}/weights"),
        sampling=json_of("sampling/{sampling}"),
        lock=lambda wildcards, input: lock_file(wildcards),
        folder=lambda wildcards, input: sampling_folder(wildcards),
        access=lambda wildcards, input: access(wildcards),
    shell:
        "( python scripts/environment.py --lock {params.lock} --folder {params.folder};"
        " export PATH=$PWD/{params.folder}/bin:$PATH;"
        " python scripts/with_gpu.py --gpus {resources.gpu} -- python scripts/sample.py"
        " --weights {params.weights:q} --access {params.access:q} --sampling {params.sampling:q}"
        " --problems {input.problems} --manifest {input.manifest}"
        " --parent {input.parent} --feedback {input.feedback}"
        " --draws {wildcards.draws} --samples {output.samples} --threads {threads} ) 2>&1 | tee {log}"

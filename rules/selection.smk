# Samples to what they do where no test tells: observed in the sandbox, then selected.


rule observe:
    input:
        samples="results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json",
        problems="results/{model}/{benchmark}/problems.jsonl",
        code=code("observe.py"),
    output:
        observations="results/{model}/{benchmark}/{sampling}/observations/{answer}/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/observations/{answer}/{draws}.meta.json",
    log:
        "logs/observe/{model}/{benchmark}/{sampling}/{answer}/{draws}.log",
    conda:
        "../envs/main.yaml"
    threads: 2
    params:
        settings=lambda wildcards: settings({**wildcards, "suite": None}),
    shell:
        "python scripts/observe.py --benchmark {input.problems} --answer {wildcards.answer}"
        " --samples {input.samples} --observations {output.observations}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"


rule selection:
    input:
        verdicts=shards_of_compared("verdicts/{suite}-{answer}"),
        observations=shards_of_compared("observations/{answer}"),
        code=code("selection.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/selection.csv",
    log:
        "logs/selection/{experiment}/{suite}-{answer}.log",
    localrule: True
    conda:
        "../envs/main.yaml"
    params:
        labels=labels_of_compared,
        verdicts=options_of_compared("--verdicts", "verdicts/{suite}-{answer}"),
        observations=options_of_compared("--observations", "observations/{answer}"),
        settings=settings_of_compared("{suite}"),
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
    shell:
        "python scripts/selection.py --labels {params.labels:q} {params.verdicts}"
        " {params.observations} {params.settings:q} --k-values {params.k_values}"
        " --output {output} 2>&1 | tee {log}"

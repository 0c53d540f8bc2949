# Two suites' verdicts of the same samples to what the weaker one makes of repeated sampling.


rule verifiers:
    input:
        base=shards_of_compared("verdicts/base-{answer}"),
        plus=shards_of_compared("verdicts/plus-{answer}"),
        code=code("verifiers.py"),
    output:
        "figures/{experiment}/plus-{answer}/verifiers.csv",
    log:
        "logs/verifiers/{experiment}/plus-{answer}.log",
    localrule: True
    conda:
        "../envs/main.yaml"
    params:
        labels=labels_of_compared,
        base=options_of_compared("--base", "verdicts/base-{answer}"),
        plus=options_of_compared("--plus", "verdicts/plus-{answer}"),
        settings=settings_of_compared("plus"),
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
    shell:
        "python scripts/verifiers.py --labels {params.labels:q} {params.base} {params.plus}"
        " {params.settings:q} --k-values {params.k_values} --output {output} 2>&1 | tee {log}"

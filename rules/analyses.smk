# Counts to answers: scaling laws, forecasts, comparisons. One table each, of all compared models; the
# figures are drawn from the tables in figures.smk.


for analysis in COUNTS_ANALYSES:

    rule:
        name:
            analysis
        input:
            counts=tables_of_compared("counts.csv"),
            code=code(f"{analysis}.py"),
        output:
            f"figures/{{experiment}}/{{suite}}-{{answer}}/{analysis}.csv",
        log:
            f"logs/{analysis}/{{experiment}}/{{suite}}-{{answer}}.log",
        localrule: True
        conda:
            "../envs/main.yaml"
        params:
            script=f"{analysis}.py",
            labels=labels_of_compared,
            k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
            baseline=quoted_baseline_options,
        shell:
            "python scripts/{params.script} --counts {input.counts} --labels {params.labels:q}"
            " --k-values {params.k_values} {params.baseline:q} --output {output} 2>&1 | tee {log}"


# Published values against this run's. They are data of config.yaml, with their sources.
rule reproduction:
    input:
        counts=tables_of_compared("counts.csv"),
        code=code("reproduction.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/reproduction.csv",
    log:
        "logs/reproduction/{experiment}/{suite}-{answer}.log",
    localrule: True
    conda:
        "../envs/main.yaml"
    params:
        labels=labels_of_compared,
        published=published_entries,
    shell:
        "python scripts/reproduction.py --counts {input.counts} --labels {params.labels:q}"
        " --published {params.published:q} --output {output} 2>&1 | tee {log}"

# Verdicts to numbers: counts a task, and pass@k with its intervals.


rule estimate:
    input:
        verdicts=verdicts_of,
        problems="results/{model}/{benchmark}/problems.jsonl",
        code=code("estimate.py"),
    output:
        counts="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/counts.csv",
        counts_metadata="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/counts.meta.json",
        pass_at_k="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/pass_at_k.csv",
        metadata="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/pass_at_k.meta.json",
    log:
        "logs/estimate/{model}/{benchmark}/{sampling}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        verdicts=shards_in("verdicts"),
        n=n_samples,
        k_values=k_values,
        settings=settings,
    shell:
        "python scripts/estimate.py --verdicts {params.verdicts} --problems {input.problems}"
        " --n-samples {params.n} --k-values {params.k_values} --settings {params.settings:q}"
        " --require-metadata --counts {output.counts} --pass-at-k {output.pass_at_k}"
        " 2>&1 | tee {log}"

# Verdicts to numbers: counts a task, and pass@k with its intervals.


rule estimate:
    input:
        verdicts=lambda wildcards: sampled(wildcards).verdicts(scoring_of(wildcards)),
        metadata=lambda wildcards: sampled(wildcards).verdicts(scoring_of(wildcards), "meta.json"),
        problems="results/{model}/{benchmark}/problems.jsonl",
        code=code("estimate.py"),
    output:
        counts="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/counts.csv",
        counts_metadata="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/counts.meta.json",
        pass_at_k="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/pass_at_k.csv",
        metadata="results/{model}/{benchmark}/{sampling}/{suite}-{answer}/pass_at_k.meta.json",
    log:
        "logs/estimate/{model}/{benchmark}/{sampling}/{suite}-{answer}.log",
    wildcard_constraints:
        suite=name_pattern(SUITES),
        answer=name_pattern(ANSWERS),
    conda:
        "../envs/main.yaml"
    params:
        verdicts=shards_in("verdicts"),
        n=lambda wildcards: sampled(wildcards).n_samples,
        k_values=lambda wildcards: sampled(wildcards).all_k_values,
        settings=settings,
    shell:
        "python scripts/estimate.py --verdicts {params.verdicts} --problems {input.problems}"
        " --n-samples {params.n} --k-values {params.k_values} --settings {params.settings:q}"
        " --require-metadata --counts {output.counts} --pass-at-k {output.pass_at_k}"
        " 2>&1 | tee {log}"


# Counts that someone else made of their verdicts: checked, and repeated with where they are from.
rule estimate_given:
    input:
        counts=given_counts,
        metadata=beside_given_counts,
        problems=problems_of_given_counts,
        code=code("estimate.py"),
    output:
        counts="results/{model}/{benchmark}/counts/given-counts/counts.csv",
        counts_metadata="results/{model}/{benchmark}/counts/given-counts/counts.meta.json",
        pass_at_k="results/{model}/{benchmark}/counts/given-counts/pass_at_k.csv",
        metadata="results/{model}/{benchmark}/counts/given-counts/pass_at_k.meta.json",
    log:
        "logs/estimate_given/{model}/{benchmark}.log",
    localrule: True
    conda:
        "../envs/main.yaml"
    params:
        k_values=lambda wildcards: given(wildcards).all_k_values,
        problems=lambda wildcards, input: [f"--problems {one}" for one in input.get("problems", [])],
    shell:
        "python scripts/estimate.py --counts-in {input.counts} --k-values {params.k_values}"
        " {params.problems}"
        " --counts {output.counts} --pass-at-k {output.pass_at_k} 2>&1 | tee {log}"

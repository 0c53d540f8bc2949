# Numbers to figures: one step each, so that a colour never runs a computation again.


localrules:
    plot_pass_at_k,
    plot_fail_at_k,
    plot_success_rates,
    print_pass_at_k,


rule plot_pass_at_k:
    input:
        baseline_table,
        pass_at_k=table("pass_at_k.csv"),
        code=code("plot_pass_at_k.py"),
    output:
        **as_figure("pass_at_k"),
    log:
        "logs/plot_pass_at_k/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        label=label_of,
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
        baseline=baseline_options,
        published=published_options,
        stem=stem,
    shell:
        "python scripts/plot_pass_at_k.py --pass-at-k {input.pass_at_k} --label {params.label:q}"
        " --k-values {params.k_values} {params.baseline:q} {params.published:q}"
        " --output {params.stem} 2>&1 | tee {log}"


rule plot_fail_at_k:
    input:
        baseline_table,
        pass_at_k=table("pass_at_k.csv"),
        code=code("plot_fail_at_k.py"),
    output:
        **as_figure("fail_at_k"),
    log:
        "logs/plot_fail_at_k/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        label=label_of,
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
        baseline=baseline_options,
        published=published_options,
        stem=stem,
    shell:
        "python scripts/plot_fail_at_k.py --pass-at-k {input.pass_at_k} --label {params.label:q}"
        " --k-values {params.k_values} {params.baseline:q} {params.published:q}"
        " --output {params.stem} 2>&1 | tee {log}"


rule plot_success_rates:
    input:
        counts=table("counts.csv"),
        code=code("plot_success_rates.py"),
    output:
        **as_figure("success_rates"),
    log:
        "logs/plot_success_rates/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        label=label_of,
        stem=stem,
    shell:
        "python scripts/plot_success_rates.py --counts {input.counts} --label {params.label:q}"
        " --output {params.stem} 2>&1 | tee {log}"


# The same numbers in words, on the terminal and beside the figures.
rule print_pass_at_k:
    input:
        baseline_table,
        pass_at_k=table("pass_at_k.csv"),
        code=code("print_pass_at_k.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/pass_at_k.txt",
    log:
        "logs/print_pass_at_k/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        label=label_of,
        k_values=lambda wildcards: experiment_of(wildcards)["k_values"],
        baseline=baseline_options,
    shell:
        "python scripts/print_pass_at_k.py --pass-at-k {input.pass_at_k} --label {params.label:q}"
        " --k-values {params.k_values} {params.baseline:q} 2> {log} | tee {output}"


# The analyses: each figure is drawn from its table and from nothing else.
for analysis in COUNTS_ANALYSES + OTHER_ANALYSES:

    rule:
        name:
            f"plot_{analysis}"
        input:
            table=f"figures/{{experiment}}/{{suite}}-{{answer}}/{analysis}.csv",
            code=code(f"plot_{analysis}.py"),
        output:
            **as_figure(analysis, ["pdf", "svg", "png"]),
        log:
            f"logs/plot_{analysis}/{{experiment}}/{{suite}}-{{answer}}.log",
        localrule: True
        conda:
            "../envs/main.yaml"
        params:
            script=f"plot_{analysis}.py",
            stem=stem,
        shell:
            "python scripts/{params.script} --table {input.table} --output {params.stem} 2>&1 | tee {log}"

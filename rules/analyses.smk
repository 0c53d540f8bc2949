# Counts, verdicts and signatures to answers: for each of passk.analyses.ANALYSES a table, and its
# figure in a step of its own, so that a colour re-runs no computation; then the page with them all.


localrules:
    print_pass_at_k,
    samples_pages,
    report_page,


for analysis, parts in ANALYSES.items():
    files = [name for name in parts if name in PARTS]

    rule:
        name:
            analysis
        input:
            **{name: part(name) for name in files},
            metadata=metadata_of(files),
            code=code("analyse.py", f"passk/analyses/{analysis}/table.py"),
        output:
            f"figures/{{experiment}}/{{suite}}-{{answer}}/{analysis}.csv",
        log:
            f"logs/{analysis}/{{experiment}}/{{suite}}-{{answer}}.log",
        localrule: True
        conda:
            "../envs/main.yaml"
        params:
            name=analysis,
            files=part_options_of(files),
            asked=asked_of(analysis),
        shell:
            "python scripts/analyse.py {params.name} {params.files} {params.asked:q}"
            " --output {output} 2>&1 | tee {log}"


for analysis in [name for name in ANALYSES if "png" in formats(name)]:

    rule:
        name:
            f"plot_{analysis}"
        input:
            table=f"figures/{{experiment}}/{{suite}}-{{answer}}/{analysis}.csv",
            code=code("plot.py", f"passk/analyses/{analysis}/figure.py"),
            caption=source(f"scripts/passk/analyses/{analysis}/caption.rst"),
        output:
            **as_figure(analysis),
        log:
            f"logs/plot_{analysis}/{{experiment}}/{{suite}}-{{answer}}.log",
        localrule: True
        conda:
            "../envs/main.yaml"
        params:
            name=analysis,
            label=lambda wildcards: experiment_of(wildcards).label,
            stem=lambda wildcards, output: output.png.removesuffix(".png"),
        shell:
            "python scripts/plot.py {params.name} --table {input.table} --label {params.label:q}"
            " --output {params.stem} 2>&1 | tee {log}"


# The headline's numbers in words, on the terminal and beside the figures.
rule print_pass_at_k:
    input:
        table="figures/{experiment}/{suite}-{answer}/pass_at_k.csv",
        code=code("print_pass_at_k.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/pass_at_k.txt",
    log:
        "logs/print_pass_at_k/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    shell:
        "( python scripts/print_pass_at_k.py --table {input.table} | tee {output} ) 2>&1 | tee {log}"


# Every sample with its verdict, a page for each task: linked from the report page.
rule samples_pages:
    input:
        samples=part("own_samples"),
        verdicts=part("own_verdicts"),
        problems=part("problems"),
        metadata=metadata_of(["own_samples", "own_verdicts"]),
        code=[*code("samples_pages.py"), *page_code()],
    output:
        directory("figures/{experiment}/{suite}-{answer}/samples"),
    log:
        "logs/samples_pages/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        samples=shards_in("samples"),
        verdicts=shards_in("verdicts"),
        settings=settings_of_experiment,
        title=lambda wildcards: f"{experiment_of(wildcards).label}, {wildcards.experiment}",
    shell:
        "python scripts/samples_pages.py --problems {input.problems} --samples {params.samples}"
        " --verdicts {params.verdicts} --answer {wildcards.answer} --settings {params.settings:q}"
        " --title {params.title:q} --report ../../report.html --output {output} 2>&1 | tee {log}"


# It stands alone, beside the folders of its figures. Whatever it says comes from its inputs.
rule report_page:
    input:
        files=lambda wildcards: experiment_of(wildcards).shown,
        samples=lambda wildcards: experiment_of(wildcards).records_of_samples,
        verdicts=lambda wildcards: experiment_of(wildcards).records_of_verdicts,
        cost=lambda wildcards: experiment_of(wildcards).costs,
        code=page_code(),
    output:
        "figures/{experiment}/report.html",
    log:
        "logs/report_page/{experiment}.log",
    conda:
        "../envs/main.yaml"
    params:
        config=lambda wildcards: json.dumps(experiment_of(wildcards).described()),
        results=results_beside("figures/{experiment}/report.html"),
        given=[f"--configfile {file}" for file in GIVEN],
    shell:
        "python scripts/report_page.py --config {params.config:q} --experiment {wildcards.experiment}"
        " {params.given} --results {params.results} --output {output} 2>&1 | tee {log}"

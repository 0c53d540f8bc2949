# Tables and figures to a page that people read: the hardest tasks in full, and one HTML file.


localrules:
    hardest_tasks,
    report_page,


rule hardest_tasks:
    input:
        problems=problems_of_experiment,
        samples=shards_of_experiment("samples", "jsonl.gz"),
        verdicts=shards_of_experiment("verdicts/{suite}-{answer}", "jsonl.gz"),
        code=code("hardest_tasks.py"),
    output:
        "figures/{experiment}/{suite}-{answer}/hardest_tasks.csv",
    log:
        "logs/hardest_tasks/{experiment}/{suite}-{answer}.log",
    conda:
        "../envs/main.yaml"
    params:
        samples=shards_in("samples"),
        verdicts=shards_in("verdicts"),
    shell:
        "python scripts/hardest_tasks.py --problems {input.problems} --samples {params.samples}"
        " --verdicts {params.verdicts} --answer {wildcards.answer} --output {output} 2>&1 | tee {log}"


# It stands alone, beside the folders of its figures. Whatever it says comes from its inputs.
rule report_page:
    input:
        files=judged_files,
        records=records_of_compared,
        cost="figures/{experiment}/cost.csv",
        code=page_code(),
    output:
        "figures/{experiment}/report.html",
    log:
        "logs/report_page/{experiment}.log",
    conda:
        "../envs/main.yaml"
    params:
        settings=page_settings,
    shell:
        "python scripts/report_page.py --settings {params.settings:q} --results results"
        " --output {output} 2>&1 | tee {log}"

# Samples to verdicts and signatures: every answer is judged, and observed where no test tells.


rule execute:
    input:
        samples="results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json",
        problems="results/{model}/{benchmark}/problems.jsonl",
        expected=expected_of,
        code=code("execute.py"),
    output:
        verdicts="results/{model}/{benchmark}/{sampling}/verdicts/{suite}-{answer}/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/verdicts/{suite}-{answer}/{draws}.meta.json",
    log:
        "logs/execute/{model}/{benchmark}/{sampling}/{suite}-{answer}/{draws}.log",
    conda:
        "../envs/main.yaml"
    threads: workers
    params:
        expected=lambda wildcards, input: [f"--expected {file}" for file in input.expected],
        settings=settings,
    shell:
        "python scripts/execute.py --benchmark {input.problems} --suite {wildcards.suite} {params.expected}"
        " --answer {wildcards.answer} --samples {input.samples} --verdicts {output.verdicts}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"


# What a program does on inputs of its own: what majority voting and selection count.
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
    threads: workers
    params:
        settings=settings,
    shell:
        "python scripts/observe.py --benchmark {input.problems} --answer {wildcards.answer}"
        " --samples {input.samples} --observations {output.observations}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"


# Which of the asserts that a model wrote a program passes, where an experiment names some (`tests`).
rule observe_tests:
    input:
        samples="results/{model}/{benchmark}/{sampling}/samples/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/samples/{draws}.meta.json",
        problems="results/{model}/{benchmark}/problems.jsonl",
        tests=lambda wildcards: EXPERIMENTS[wildcards.tests].samples(),
        about_tests=lambda wildcards: EXPERIMENTS[wildcards.tests].samples("meta.json"),
        code=code("observe.py"),
    output:
        observations="results/{model}/{benchmark}/{sampling}/tested/{answer}/{tests}/{draws}.jsonl.gz",
        metadata="results/{model}/{benchmark}/{sampling}/tested/{answer}/{tests}/{draws}.meta.json",
    log:
        "logs/observe_tests/{model}/{benchmark}/{sampling}/{answer}/{tests}/{draws}.log",
    conda:
        "../envs/main.yaml"
    threads: workers
    params:
        settings=settings,
        tests=shards_in("tests"),
    shell:
        "python scripts/observe.py --benchmark {input.problems} --answer {wildcards.answer}"
        " --samples {input.samples} --observations {output.observations} --tests {params.tests}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"

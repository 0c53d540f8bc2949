# Samples to verdicts: every completion becomes a program that runs in the sandbox.


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
    threads: 2
    params:
        expected=expected_option,
        settings=settings,
    shell:
        "python scripts/execute.py --benchmark {input.problems} --suite {wildcards.suite} {params.expected}"
        " --answer {wildcards.answer} --samples {input.samples} --verdicts {output.verdicts}"
        " --settings {params.settings:q} --workers {threads} 2>&1 | tee {log}"

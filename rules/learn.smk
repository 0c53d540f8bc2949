# Verified samples to a model that learned from them: expert iteration, a round a model. What comes
# out, results/{model}/weights, is a model like any other: see models.{model}.weights.learned.
#
# As with samples, nothing is made again for an edited script: what is finished stays, since these
# models' samples depend on it. To train again on purpose: delete results/{model}/weights.


localrules:
    harvest,


LEARNED = name_pattern([name for name in config["models"] if learning_of(config, name)]) or "(?!)"


rule harvest:
    input:
        problems=lambda wildcards: taught_by(wildcards).problems,
        held_out=held_out,
        samples=learned_from(lambda one: one.samples()),
        verdicts=learned_from(lambda one: one.verdicts(one.scorings[0])),
        metadata=learned_from(lambda one: one.verdicts(one.scorings[0], "meta.json")),
    output:
        data="results/{model}/harvest.jsonl",
        metadata="results/{model}/harvest.meta.json",
    log:
        "logs/harvest/{model}.log",
    wildcard_constraints:
        model=LEARNED,
    conda:
        "../envs/main.yaml"
    params:
        entry=learning_entry,
        settings=settings_learned_from,
        samples=shards_in("samples"),
        verdicts=shards_in("verdicts"),
    shell:
        "python scripts/harvest.py --entry {params.entry:q} --settings {params.settings:q}"
        " --problems {input.problems} --held-out {input.held_out} --samples {params.samples}"
        " --verdicts {params.verdicts} --output {output.data} 2>&1 | tee {log}"


# From the base in each round. A folder that is finished and of what is asked stays as it is.
rule finetune:
    input:
        data="results/{model}/harvest.jsonl",
        base=lambda wildcards: f"results/{learning(wildcards)['base']}/manifest.json",
        environment=ancient("results/{model}/environment.txt"),
    output:
        update(directory("results/{model}/weights")),
    log:
        "logs/finetune/{model}.log",
    wildcard_constraints:
        model=LEARNED,
    conda:
        conda_environment
    threads: 1
    resources:
        gpu=lambda wildcards: learning(wildcards)["finetune"].get("gpus", 0),
    params:
        finetune=lambda wildcards: json.dumps(learning(wildcards)["finetune"]),
        lock=lambda wildcards, input: lock_file(wildcards),
        folder=lambda wildcards, input: trained_in(wildcards),
    shell:
        "( python scripts/environment.py --lock {params.lock} --folder {params.folder};"
        " export PATH=$PWD/{params.folder}/bin:$PATH;"
        " python scripts/with_gpu.py --gpus {resources.gpu} -- python scripts/finetune.py"
        " --finetune {params.finetune:q} --base {input.base} --data {input.data} --output {output}"
        " ) 2>&1 | tee {log}"

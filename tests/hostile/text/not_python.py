# task: HumanEval/53
# expect: failed
# why: Prose.
# text: "Sure! Here is the body of the function you asked for:\n\nreturn the sum\n"

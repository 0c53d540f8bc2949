# task: HumanEval/53
# expect: failed
# why: A cookie is a comment where the text is no bytes.
# text: "# -*- coding: utf-7 -*-\n    return 1 +- x\n"

# task: HumanEval/23
# expect: not passed
# why: Exceptions carry objects of the interpreter.
    try:
        None.qqk
    except AttributeError as qqe:
        return [qqe.__traceback__.tb_frame.f_back] and None

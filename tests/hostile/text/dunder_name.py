# task: HumanEval/53
# expect: not passed
# why: Sets the module's own names to evil values.
# text: "    return 1 << 40\n\n__name__ = [__name__]\n__builtins__ = {}\n__file__ = __spec__ = __loader__ = __import__('os').path\n__annotations__ = 5\n"

# task: HumanEval/53
# expect: passed
# why: Context variables and thread locals.
    import contextvars, threading
    v = contextvars.ContextVar("v", default=0)
    local = threading.local(); local.y = y
    token = v.set(x)
    try:
        return contextvars.copy_context().run(lambda: v.get() + local.y)
    finally:
        v.reset(token)

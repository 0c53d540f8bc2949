# task: HumanEval/23
# expect: not passed
# why: Raises its own limits; passes if one goes up (root can).
    import resource
    raised = 0
    for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC", "CORE", "DATA"):
        which = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(which)[1]
        try:
            resource.setrlimit(which, (resource.RLIM_INFINITY if hard != -1 else hard, resource.RLIM_INFINITY))
            raised += hard != resource.RLIM_INFINITY
        except (OSError, ValueError):
            pass
    return len(string) if raised else None

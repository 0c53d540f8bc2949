# task: HumanEval/53
# expect: not passed
# why: sys.monitoring (3.12+) raises inside the runner's own code; earlier versions just fail.
    import sys
    tool = sys.monitoring
    tool.use_tool_id(3, "x")
    def event(*a):
        raise SystemExit(0)
    tool.register_callback(3, tool.events.PY_RETURN, event)
    tool.register_callback(3, tool.events.CALL, event)
    tool.set_events(3, tool.events.PY_RETURN | tool.events.CALL)
    return 1 << 40

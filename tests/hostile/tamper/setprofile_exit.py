# task: HumanEval/53
# expect: not passed
# why: A profile function exits with 0 on the first event after the call.
    import os, sys
    seen = []
    def profile(frame, event, arg):
        seen.append(1)
        if len(seen) > 3:
            os._exit(0)
    sys.setprofile(profile)
    return 1 << 40

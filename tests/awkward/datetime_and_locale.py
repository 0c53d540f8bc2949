# task: HumanEval/53
# expect: passed
# why: Dates, time zones that need no files, and locales.
    import datetime
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(x + y) - now).days

# task: HumanEval/53
# expect: passed
# why: Time zones, calendars, and a local time.
    import calendar, datetime, time, zoneinfo
    assert calendar.isleap(2024) and datetime.datetime.now().year > 2000 and time.localtime().tm_year > 2000
    assert datetime.datetime.now(datetime.timezone.utc).tzinfo is not None
    time.tzset()
    return x + y

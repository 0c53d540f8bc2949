# task: HumanEval/53
# expect: passed
# why: Keeps its numbers in an SQLite file.
    import sqlite3
    with sqlite3.connect("numbers.db") as base:
        base.execute("create table if not exists n (v int)")
        base.execute("delete from n")
        base.executemany("insert into n values (?)", [(x,), (y,)])
        (total,) = base.execute("select sum(v) from n").fetchone()
    base.close()
    return total

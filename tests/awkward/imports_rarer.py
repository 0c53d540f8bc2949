# task: HumanEval/53
# expect: passed
# why: Modules that the package itself would hardly load.
    import csv, difflib, graphlib, html, sqlite3, tokenize, xml.etree.ElementTree, zoneinfo, unittest, doctest, timeit, argparse
    import logging, pickle, configparser, shlex, uuid, colorsys, ipaddress, urllib.parse, concurrent.futures, multiprocessing
    assert sqlite3.connect(":memory:").execute("select 1 + 1").fetchone() == (2,)
    return x + y

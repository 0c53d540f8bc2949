# task: HumanEval/53
# expect: passed
# why: The standard library's usual modules, at module level.
    return operator.add(x, y)
import re, math, itertools, heapq, bisect, collections, hashlib, string, json, datetime, statistics, decimal, fractions
import copy, functools, operator, unicodedata, textwrap, random, time, sys, os, io, abc, enum, typing, dataclasses, numbers
import cmath, calendar, array, struct, pprint, queue, contextlib, warnings, traceback, types, inspect, ast, zlib, base64, secrets

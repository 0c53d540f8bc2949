# task: HumanEval/53
# expect: not passed
# why: Tags that are unknown, doubled, missing, or hold the wrong kind.
    import os, struct
    for text in ('{}', '{"x":1}', '{"i":5}', '{"i":"zz"}', '{"i":[]}', '{"t":5}', '{"t":{}}', '{"d":[1]}', '{"d":[[1]]}',
                 '{"d":[[[],1]]}', '{"s":[[]]}', '{"s":[{}]}', '{"b":"0"}', '{"c":[1]}', '{"c":["x","y"]}', '{"r":[1,2,0]}',
                 '{"r":[0,1e9,1]}', '{"q":["0x1","0x0"]}', '{"q":[]}', '{"D":"x"}', '{"D":[0,[1],5]}', '{"n":5}', '{"o":[]}', '{"u":1}',
                 '{"i":"0x1","t":[]}', 'NaN', '-Infinity', '1e999', '"\\ud800"', '', ' ', '[', 'nul', '\x00', '{"m":[[1]]}', '{"k":[[]]}'):
        payload = b"V" + text.encode()
        os.write(3, struct.pack("I", len(payload)) + payload)
    os._exit(0)

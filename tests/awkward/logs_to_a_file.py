# task: HumanEval/53
# expect: passed
# why: Logs to a file of its own in the working directory.
    logging.getLogger(__name__).info("adding %s", x)
    return x + y
import logging
logging.basicConfig(filename="adder.log", level=logging.DEBUG)
logging.debug("loaded")

# task: HumanEval/53
# expect: passed
# why: Defines unit tests and runs them itself, without leaving.
    return x + y
import io, unittest
class Tests(unittest.TestCase):
    def test_adds(self): self.assertEqual(add(1, 2), 3)
unittest.TextTestRunner(stream=io.StringIO()).run(unittest.TestLoader().loadTestsFromTestCase(Tests))

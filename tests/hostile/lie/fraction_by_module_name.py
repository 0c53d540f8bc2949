# task: HumanEval/53
# expect: not passed
# why: A class that calls itself Fraction, of the module fractions; its terms take forever.
    class Fraction:
        denominator = 1

        @property
        def numerator(self):
            while True:
                pass

    Fraction.__module__ = "fractions"
    return Fraction()

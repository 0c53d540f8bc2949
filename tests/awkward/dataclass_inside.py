# task: HumanEval/20
# expect: passed
# why: Dataclasses with ordering.
    from dataclasses import dataclass, field
    @dataclass(order=True, frozen=True)
    class Gap:
        size: float
        pair: tuple = field(compare=False)
    ordered = sorted(numbers)
    return min(Gap(b - a, (a, b)) for a, b in zip(ordered, ordered[1:])).pair

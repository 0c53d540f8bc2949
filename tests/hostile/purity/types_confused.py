# task: HumanEval/53
# expect: not passed
# why: Types of what equals other types' arguments, for whoever asks the same cache next.
    return None

from typing import Dict, List, Optional, Tuple, Union
for qqk in (True, False, 0.0, 1.0, -0.0):
    List[qqk], Dict[qqk, qqk], Tuple[qqk, ...], Union[qqk, str, int], Optional[qqk]

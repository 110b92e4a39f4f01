"""A packed tree of boxes: levels of nodes over neighbours in a fixed order, searched without pointers."""

import numpy as np

from guotu.kernel.compiled import loop


@loop
def search_tree(boxes, starts, fan, window, found):
    """Places of the leaves whose box meets the window, ascending, into `found`; how many there are, kept or not.

    `boxes` holds all levels, leaves first; level l is `starts[l]:starts[l + 1]`, its node k over nodes k·fan… below.
    A box of NaN meets nothing.
    """
    top = len(starts) - 2
    level, node, count = top, np.int64(0), 0
    ends = starts[1:] - starts[:-1]
    # The next node in depth-first order follows from level and place alone.
    while True:
        at = starts[level] + node
        meets = (
            boxes[at, 0] <= window[2]
            and boxes[at, 2] >= window[0]
            and boxes[at, 1] <= window[3]
            and boxes[at, 3] >= window[1]
        )
        if meets and level > 0:
            level -= 1
            node *= fan
            continue
        if meets:
            if count < len(found):
                found[count] = node
            count += 1
        node += 1
        while level < top and (node % fan == 0 or node >= ends[level]):
            node = (node - 1) // fan + 1
            level += 1
        if level == top and node >= ends[top]:
            return count

"""How people stand to a new head, worked out from how they and the new head stood to the old one (GB/T 4761).

Where it cannot be known (a grandchild of the old head is the child or the niece of a son), the answer is "8", other;
the worker says what is right.
"""

HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD, PARENT, GRANDPARENT, SIBLING, OTHER = "012345678"
_CHILDREN = (SON, DAUGHTER)


def seen_from_new_head(theirs: str, new_heads: str, sex: str = "") -> str:
    """The relation to the new head of somebody who was `theirs` to the old head, as the new one was `new_heads`.

    sex: of who is asked about (GB/T 2261.1), which tells a son from a daughter.
    """
    child = DAUGHTER if sex == "2" else SON
    if new_heads == SPOUSE:
        return {HEAD: SPOUSE, SON: SON, DAUGHTER: DAUGHTER, GRANDCHILD: GRANDCHILD}.get(theirs, OTHER)
    if new_heads in _CHILDREN:
        seen = {HEAD: PARENT, SPOUSE: PARENT, SON: SIBLING, DAUGHTER: SIBLING, PARENT: GRANDPARENT}
        return seen.get(theirs, OTHER)
    if new_heads == PARENT:
        seen = {HEAD: child, PARENT: SPOUSE, SIBLING: child, SON: GRANDCHILD, DAUGHTER: GRANDCHILD}
        return seen.get(theirs, OTHER)
    if new_heads == SIBLING:
        return {HEAD: SIBLING, SIBLING: SIBLING, PARENT: PARENT, GRANDPARENT: GRANDPARENT}.get(theirs, OTHER)
    if new_heads == GRANDCHILD:
        return {HEAD: GRANDPARENT, SPOUSE: GRANDPARENT}.get(theirs, OTHER)
    if new_heads == GRANDPARENT:
        return {HEAD: GRANDCHILD, SIBLING: GRANDCHILD, GRANDPARENT: SPOUSE}.get(theirs, OTHER)
    return OTHER

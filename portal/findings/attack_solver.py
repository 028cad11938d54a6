"""Points of a space that lie far out in some direction, by HiGHS through ``scipy.optimize.milp``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from portal.findings.attack_sets import Aim, Joint
from portal.findings.attack_space import Form, Point, Space, forms_matrix

NODES = 2000
"""Nodes of branch and bound for one solve: a limit that, unlike one of time, does not depend on the machine."""
Rows = tuple[Any, NDArray[np.float64], NDArray[np.float64]]


class Solver:
    """Solves over ``space``. ``solves``: how often it was asked."""

    def __init__(self, space: Space) -> None:
        self.space, self.solves = space, 0
        self._choices = sum(len(ranges) for _, ranges in space.choices)
        matrix, lows, highs = self._chosen()
        whole = sparse.csr_matrix((space.matrix.shape[0], self._choices))
        self._matrix = sparse.vstack([sparse.hstack([space.matrix, whole]), matrix]).tocsr()
        self._lows = np.concatenate([space.lows, lows]).astype(np.float64)
        self._highs = np.concatenate([space.highs, highs]).astype(np.float64)
        self._most = np.concatenate([space.most, np.ones(self._choices)]).astype(np.float64)

    def _chosen(self) -> Rows:
        """A figure that lies in one of several ranges: a 0/1 variable for each range, of which one is 1."""
        rows: list[tuple[Form, float, float]] = []
        at = self.space.size
        for form, ranges in self.space.choices:
            picks = list(range(at, at + len(ranges)))
            at += len(ranges)
            rows.append((dict.fromkeys(picks, 1), 1, 1))
            rows.append(({**form, **{pick: -low for pick, (low, _) in zip(picks, ranges, strict=True)}}, 0, np.inf))
            rows.append(({**form, **{pick: -high for pick, (_, high) in zip(picks, ranges, strict=True)}}, -np.inf, 0))
        forms = forms_matrix([form for form, _, _ in rows], at)
        return forms, np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])

    def least(self, aim: Aim, direction: int, *, gap: float = 0) -> Point | None:
        """A point where ``direction`` * |S| is as small as the solver can make it; None when it has none to offer.

        ``gap``: how far it may be from the best, as a share.
        """
        self.solves += 1
        matrix, lows, highs, most = self._with_joints(aim.joints)
        cost = np.zeros(matrix.shape[1])
        for variable, factor in aim.form.items():
            cost[variable] = direction * factor
        for nth, joint in enumerate(aim.joints):
            cost[len(self._most) + nth] = direction * joint.factor
        answer = milp(
            cost,
            constraints=LinearConstraint(matrix, lows, highs),
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, most),
            options={"node_limit": NODES, "mip_rel_gap": gap},
        )
        if answer.x is None:
            return None
        point: Point = np.rint(answer.x[: self.space.size]).astype(np.int64)
        return point if self.space.holds(point) else None

    def _with_joints(self, joints: list[Joint]) -> tuple[Any, NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The space's rows, and a variable for each open figure with what bounds it."""
        if not joints:
            return self._matrix, self._lows, self._highs, self._most
        width = len(self._most)
        above = [{**form, width + nth: -1} for nth, joint in enumerate(joints) for form in joint.lows]
        below = [{**form, width + nth: -1} for nth, joint in enumerate(joints) for form in joint.highs]
        more = forms_matrix([*above, *below], width + len(joints))
        none = sparse.csr_matrix((self._matrix.shape[0], len(joints)))
        return (
            sparse.vstack([sparse.hstack([self._matrix, none]), more]).tocsr(),
            np.concatenate([self._lows, np.full(len(above), -np.inf), np.zeros(len(below))]),
            np.concatenate([self._highs, np.zeros(len(above)), np.full(len(below), np.inf)]),
            np.concatenate([self._most, np.full(len(joints), self._most.max())]),
        )

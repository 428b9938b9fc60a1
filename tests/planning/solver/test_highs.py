"""The solver is called without a word on standard output."""

from __future__ import annotations

import os
import sys
import threading

from heatnet.planning.solver.highs import solver_unheard


def test_what_the_solver_prints_is_dropped_and_what_others_print_is_kept(capfd):
    with solver_unheard():
        os.write(1, b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\nmine\n")
        sys.stdout.write("of Python\n")
    sys.stdout.write("after\n")
    assert sorted(capfd.readouterr().out.splitlines()) == ["after", "mine", "of Python"]


def test_two_threads_in_the_solver_give_standard_output_back(capfd):
    first_is_in, may_leave = threading.Event(), threading.Event()

    def solve():
        with solver_unheard():
            first_is_in.set()
            may_leave.wait()

    thread = threading.Thread(target=solve)
    thread.start()
    first_is_in.wait()
    with solver_unheard():
        os.write(1, b"Highs says\n")
    may_leave.set()
    thread.join()
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"

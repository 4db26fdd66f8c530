"""How answers run where they can reach nothing.

``zygote``: a process that has everything imported, and forks others from itself.
``isolation``: Linux namespaces round a student's process.
``calls``: the system calls that it may not make.
``memory``, ``cgroup``, ``hierarchy``: the memory that it may take, as the grader counts it, and as
the kernel does in a control group, where one can be made.
``shell``: what the answers run in, with a notebook's habits.
``student``: the student's side of it: the keeper, and the runner in which the answers run.
``grader_side``: the grader's side of it: the hold on that process, and the account served to it.
``channel``: what crosses between the two.
"""

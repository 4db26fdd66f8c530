"""Where control groups are looked for: in what the kernel says of a process, wherever that lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom.run.hierarchy import Place, find, own_groups

V1 = "35 31 0:32 {root} {point} rw,relatime - cgroup cgroup rw,memory\n"
CPU = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
V2 = "30 23 0:26 {root} {point} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
ELSE = "23 1 254:0 / / rw,relatime - ext4 /dev/root rw\n25 23 0:9 / /proc rw - proc none rw\n"


@pytest.mark.parametrize(
    ("groups", "mounts", "found"),
    [
        pytest.param(
            "3:cpu,cpuacct:/a\n2:memory:/user/ann\n0::/\n",
            ELSE + CPU + V1.format(root="/", point="/sys/fs/cgroup/memory"),
            [("cgroup", "/sys/fs/cgroup/memory/user/ann")],
            id="version 1",
        ),
        pytest.param(
            "5:hugetlb,memory:/docker/1f/job\n",
            V1.format(root="/docker/1f", point="/groups/mem"),
            [("cgroup", "/groups/mem/job")],
            id="a container, elsewhere",
        ),
        pytest.param(
            "2:memory:/docker/1f\n", V1.format(root="/docker/2a", point="/m"), [], id="another's"
        ),
        pytest.param(
            "2:memory:/../other\n", V1.format(root="/", point="/m"), [], id="out of the namespace"
        ),
        pytest.param(
            "2:memory:/\n", V1.format(root="/../..", point="/m"), [], id="above the namespace"
        ),
        pytest.param(
            "0::/user.slice/user-7.slice/run-1.scope\n",
            ELSE + V2.format(root="/", point="/sys/fs/cgroup"),
            [("cgroup2", "/sys/fs/cgroup/user.slice/user-7.slice/run-1.scope")],
            id="version 2",
        ),
        pytest.param(
            "4:memory:/x\n0::/y\n",
            V2.format(root="/", point="/u") + V1.format(root="/", point=r"/with\040space"),
            [("cgroup2", "/u/y"), ("cgroup", "/with space/x")],
            id="both",
        ),
        pytest.param("4:memory:/a:b\n", V1.format(root="/", point="/m"), [("cgroup", "/m/a:b")]),
        pytest.param("4:memory:/x\n", ELSE + CPU, [], id="not mounted"),
        pytest.param("", V1.format(root="/", point="/m"), [], id="no groups"),
    ],
)
def test_groups_are_found_wherever_they_are_mounted(
    groups: str, mounts: str, found: list[tuple[str, str]]
) -> None:
    assert [(kind, str(path)) for kind, path in own_groups(groups, mounts)] == found


def test_what_the_kernel_says_here_can_be_read() -> None:
    texts = [Path(f"/proc/self/{name}").read_text() for name in ("cgroup", "mountinfo")]
    for _, own in own_groups(*texts):
        assert own.is_dir()
    assert find() is None or isinstance(find(), Place)

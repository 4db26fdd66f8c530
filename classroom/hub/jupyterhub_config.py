"""A hub for one class on one Linux machine, where every student is a user of that machine.

    HUB_EXCHANGE=/srv/class-exchange jupyterhub -f classroom/hub/jupyterhub_config.py

Tried with ten students at once by `make soak`, which puts another login and another spawner in
the place of the two lines marked "not run here".
"""

import os
import shutil
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - jupyterhub defines it where it reads this file
course = Path(__file__).resolve().parents[2]
programs = Path(sys.executable).parent

# Loopback: put a web server with TLS in front of it, and nothing else.
c.JupyterHub.bind_url = os.environ.get("HUB_URL", "http://127.0.0.1:8000")
own_proxy = course / "tests/node_modules/.bin/configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [shutil.which("configurable-http-proxy") or str(own_proxy)]
# Log-ins and running servers: in the folder where the hub is started, readable by root only.
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "hub.cookie"

# Not run here: a log-in with the machine's own passwords, for the members of one of its groups.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {os.environ.get("HUB_GROUP", "students")}
# Not run here: each server as its student's own user, so that no student reads another's files.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

c.Spawner.cmd = [str(programs / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.args = [
    # A student who went home frees about 120 MB after twenty minutes, and the rest after an hour.
    "--MappingKernelManager.cull_idle_timeout=1200",
    "--ServerApp.shutdown_no_activity_timeout=3600",
]
c.Spawner.environment = {
    "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
    "JUPYTER_CONFIG_PATH": f"{course / '.jupyter'}:{course / 'classroom/hub/students'}",
    "NBGRADER_EXCHANGE": os.environ.get("HUB_EXCHANGE", "/srv/class-exchange"),
}
c.Spawner.start_timeout = 120
# This spawner cannot limit memory. With systemd on the machine, `pip install
# jupyterhub-systemdspawner` and its `mem_limit` can (not run here): see README.md for sizes.
c.JupyterHub.concurrent_spawn_limit = 10

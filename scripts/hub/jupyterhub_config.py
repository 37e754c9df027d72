"""A JupyterHub on one machine for a class: the course installed once, the lessons copied to each learner's home.

    jupyterhub --config=scripts/hub/jupyterhub_config.py

The hub starts each learner's server under their own account, and so runs as root. Who may log in, and how, is yours to
add: without an authenticator, JupyterHub asks for the password of the account (PAM).
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

c = get_config()  # noqa: F821  (JupyterHub puts it there)
c.Spawner.cmd = [str(ROOT / "scripts" / "hub" / "singleuser.sh")]
c.Spawner.notebook_dir = "~/neural-networks/notebooks"
c.Spawner.default_url = "/lab/tree/00-start-here.ipynb"
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120

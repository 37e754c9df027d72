"""JupyterLab's settings for the course; scripts/lab.sh hands them over. Options on the command line come before them."""

from pathlib import Path

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821  (Jupyter puts it there)
c.MultiKernelManager.default_kernel_name = "rust"
# Each printed line is a message. What a loop prints in a few seconds is to be seen, the figure behind it too; what would
# freeze the tab is not. Of the rest JupyterLab says that it was left out.
c.ZMQChannelsWebsocketConnection.iopub_msg_rate_limit = 10_000  # in a second
c.ZMQChannelsWebsocketConnection.iopub_data_rate_limit = 10_000_000
c.LabApp.app_settings_dir = str(HERE / "settings")
c.LabApp.custom_css = True
c.ServerApp.tornado_settings = {"static_custom_path": [str(HERE)]}

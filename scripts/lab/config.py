"""JupyterLab's settings for the course; scripts/lab.sh hands them over. Options on the command line come before them."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821  (Jupyter puts it there)
sys.path.insert(0, str(HERE))
c.ServerApp.contents_manager_class = "whole_files.WholeFiles"
c.MultiKernelManager.default_kernel_name = "rust"
c.KernelSpecManager.ensure_native_kernel = False  # a new notebook would be offered in the environment's Python first
# Each printed line is a message. Six thousand in half a minute are shown, and the figure behind them; what a tab could
# not hold JupyterLab leaves out, and says so.
c.ZMQChannelsWebsocketConnection.rate_limit_window = 30
c.ZMQChannelsWebsocketConnection.iopub_msg_rate_limit = 200  # in a second, over the window
c.ZMQChannelsWebsocketConnection.iopub_data_rate_limit = 10_000_000
c.LabApp.app_settings_dir = str(HERE / "settings")
c.LabApp.custom_css = True
c.ServerApp.tornado_settings = {"static_custom_path": [str(HERE)]}

"""The pages of the window, one file each; desktop.shell names them and loads each on first use."""

"""What ``ganfw new`` writes: a whole plugin that installs, passes its tests and trains as it is."""

"""From ``lessons/`` to ``notebooks/``: one source, a blank twin and a solved one."""

"""Published numbers beside ours, in front of whoever wants to know whether to believe us."""

"""One rule per module: `check(request, facts)` gives a refusal or None, and sees nothing but its arguments."""

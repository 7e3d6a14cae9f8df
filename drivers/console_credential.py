"""Whom a console knows: a user's name, and where the password is found when it is asked for.

A station's file names a variable of the environment and never a password: files are copied, digested and recorded.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.errors import LoginRefused
from drivers.secret import Secret


@dataclass(frozen=True, slots=True)
class ConsoleCredential:
    """`password_env` is the variable that holds the password; None for a console that asks for none."""

    user: str
    password_env: str | None = None

    def password(self, resource: str, environment: Mapping[str, str] | None = None) -> Secret:
        """The password. Raises `LoginRefused` when nobody said where it is, or nothing is there."""
        if self.password_env is None:
            raise LoginRefused(
                f"{resource}: {self.user} is asked for a password, and the station's file names none; add"
                " password_env=NAME to the resource, NAME being the variable that holds it"
            )
        held = (os.environ if environment is None else environment).get(self.password_env, "")
        if not held:
            raise LoginRefused(
                f"{resource}: {self.user} is asked for a password and the variable {self.password_env} is not set;"
                " set it for the station's service"
            )
        return Secret(held.encode("utf-8"))

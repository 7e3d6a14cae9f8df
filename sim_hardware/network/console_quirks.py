"""How a console may misbehave without being broken: everything that bench people know of serial consoles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsoleQuirks:
    """What this console does; by default nothing odd.

    `kernel_noise` is the share of answers into which the kernel writes a message, anywhere. With `late_echo` what was
    typed comes back in the middle of the answer. `password_prompts` is how often a password is asked for. A command in
    which the regular expression `restarts_during` is found makes the machine restart in the middle of its answer, the
    first time. `page_lines` is the length of a page of a pager, 0 without one. Bash since 5.1 writes the escape
    sequences of `bracketed_paste` around every line that is typed.
    """

    kernel_noise: float = 0.0
    late_echo: bool = False
    password_prompts: int = 1
    restarts_during: str = ""
    page_lines: int = 0
    echoes_password: bool = False
    bracketed_paste: bool = True

"""Why a run was ended or waits, as sentences for its viewer."""

from __future__ import annotations

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.service.policy import RunPolicy


def lost_connection(policy: RunPolicy) -> UserError:
    """The tab did not come back in time."""
    return UserError(
        "The run was stopped: the connection was lost for more than {seconds} s. What was trained until then is kept.",
        seconds=f"{policy.grace_seconds:g}",
    )


def no_sign(policy: RunPolicy) -> UserError:
    """The worker said nothing for too long."""
    return UserError(
        "The training process gave no sign of life for {seconds} s and was ended. Press Train to run it again.",
        seconds=f"{policy.silent_seconds:g}",
    )


def gave_up(config: Config, deaths: int) -> UserError:
    """A cell of a study whose workers die."""
    said = ", ".join(f"{name}={mine}" for name, (mine, _) in config.differences(type(config)()).items())
    return UserError(
        "The training process ended unexpectedly {count} times in a row, and this was given up: {settings}.",
        count=deaths,
        settings=f"{config.playground}, {said}" if said else config.playground,
    )


def no_worker(seconds: float) -> UserError:
    """Workers do not start; the next try comes after so many seconds."""
    return UserError(
        "The server cannot start a training process at the moment. It tries again by itself, next in {seconds} s.",
        seconds=f"{seconds:.0f}",
    )

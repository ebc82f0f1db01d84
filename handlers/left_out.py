"""Decides how a draft's card says which pieces a language model did not give."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.wording import counted

_MODEL_FAILED = {
    "timeout": "was too slow",
    "rate_limited": "was busy",
    "refused": "refused",
    "unreachable": "could not be reached",
    "broken": "failed",
    "cut_off": "broke off",
    "resting": "had just failed",
}


def left_out_words(left_out: Sequence[str]) -> list[str]:
    """What became of pieces that a model was asked for, one line each. Plain text.

    What the SOPs did not have is among the findings of the checks.
    """
    said: list[str] = []
    for code in left_out:
        name, _, rest = code.partition(":")
        match name:
            case "model_failed":
                reason, _, count = rest.partition(":")
                why = _MODEL_FAILED.get(reason, "could not be asked")
                pieces = counted(int(count), "piece")
                said.append(
                    f"The language model {why}: {pieces} could not be written. Where"
                    " words stood there before, they stay."
                )
            case "kept":
                pieces = counted(int(rest), "piece")
                said.append(
                    f"{pieces} kept as it stood: what the language model wrote failed the checks."
                )
            case "dropped":
                pieces = counted(int(rest), "piece")
                said.append(f"{pieces} left out: what the language model wrote failed the checks.")
            case "guide_kept":
                said.append("A guide takes the SOP's own words only, so nothing was written anew.")
            case "unclear":
                said.append("No comment says which part it means, so nothing was written anew.")
    return said

"""Decides how an evaluation reads: every case, the sums of both runs, and the cases that changed.

`yes` and `NO` are findings, an empty cell had nothing to look at, `-` is an evaluator that failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from handlers.evaluated_lines import Evaluated, Unread
from handlers.evaluating import Change, Earlier, Measured, changes
from handlers.wording import columns
from indexing.answer_checks import CHECKS, Check
from indexing.evaluation import VERDICTS, Verdict
from indexing.language_model import Usage, Why
from indexing.visible import one_line

WITHOUT_MODEL = (
    "No language model judged (none is configured, or --no-model): only what code checks is shown,"
    " without LlamaIndex's evaluators."
)
LONGEST_NAME = 28
"""Characters of an id in a table."""

_SUMS: dict[Check, str] = {
    "expected": "answered or refused as expected",
    "supported": "every sentence supported",
    "citations": "citations lead to passages",
    "quotes": "quotes word for word",
    "numbers": "numbers of the reference said",
    "document": "a right document cited",
}
_JUDGED: dict[Verdict, str] = {
    "faithful": "faithful (LlamaIndex)",
    "relevant": "relevant (LlamaIndex)",
    "correct": "correct, mean of 1 to 5 (LlamaIndex)",
}
_FAILURES: dict[Why, str] = {
    "timeout": "too slow",
    "rate_limited": "asked too often",
    "refused": "refused",
    "unreachable": "not reachable",
    "broken": "an error of the endpoint's",
    "cut_off": "cut off",
    "off_schema": "no verdict in the reply",
    "endless": "a reply too long",
    "resting": "not asked after a failure",
    "stopped": "stopped",
}
_Cell = Callable[[Evaluated], str]


def report(cases: Sequence[Measured], earlier: Earlier | None, judge: str, usage: Usage) -> str:
    """The whole report. `earlier` is None without `--against`; `judge` is '' without a model."""
    if not cases:
        return "Nothing to evaluate in that file. It holds no question."
    runs = [one.now for one in cases if isinstance(one.now, Evaluated)]
    lines: list[str] = []
    if runs:
        lines += [*_case_table(runs, bool(judge)), "", *_sums(runs, earlier)]
    if not judge:
        lines += ["", WITHOUT_MODEL]
    elif runs:
        lines += ["", *_judging(runs, judge, usage)]
    if earlier is not None:
        lines += ["", *_comparison(cases, earlier, judge)]
    unread = [one.now for one in cases if isinstance(one.now, Unread)]
    lines += _not_read("could not be read or answered", unread)
    if earlier is not None:
        lines += _not_read("of the earlier run could not be read", earlier.unread)
    return "\n".join(lines).strip()


def _case_table(runs: Sequence[Evaluated], with_judge: bool) -> Iterator[str]:
    """One row a case; a column that is empty for all of them is left out."""
    cells: dict[str, _Cell] = {"CASE": _name, "ANSWER": lambda run: run.answer}
    cells |= {check.upper(): _check_cell(check) for check in CHECKS}
    cells["SUPPORTED"] = _support
    cells["LEFT OUT"] = lambda run: str(run.case.dropped or "")
    cells["LENGTH"] = lambda run: str(len(run.case.words) or "")
    if with_judge:
        cells |= {verdict.upper(): _verdict_cell(verdict) for verdict in VERDICTS}
    rows = {head: [cell(run) for run in runs] for head, cell in cells.items()}
    shown = {head: column for head, column in rows.items() if any(column)}
    yield from columns(list(shown), list(zip(*shown.values(), strict=True)))


def _name(run: Evaluated) -> str:
    known = run.line.get("id")
    name = one_line(str(known)) if known is not None else f"line {run.number}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _check_cell(check: Check) -> _Cell:
    return lambda run: _yes_or_no(run.checked.found[check])


def _yes_or_no(found: Any) -> str:
    return "" if found is None else "yes" if found else "NO"


def _support(run: Evaluated) -> str:
    if not run.case.shown:
        return _yes_or_no(run.checked.found["supported"])
    count = len(run.case.shown)
    return f"{count - len(run.checked.unsupported)} of {count}"


def _verdict_cell(verdict: Verdict) -> _Cell:
    def cell(run: Evaluated) -> str:
        if run.judged is None:
            return ""
        if verdict in run.judged.failed:
            return "-"
        return _verdict(verdict, run.judged.said.get(verdict))

    return cell


def _verdict(verdict: Verdict, said: float | None) -> str:
    if said is None or verdict != "correct":
        return _yes_or_no(said)
    return f"{said:.1f}"


def _sums(runs: Sequence[Evaluated], earlier: Earlier | None) -> Iterator[str]:
    """What came out in all, of both runs side by side."""
    now = _sum(runs)
    if earlier is None:
        yield from columns(("IN ALL", "NOW"), now.items())
        return
    before = _sum(list(earlier.cases.values()))
    yield from columns(
        ("IN ALL", "EARLIER", "NOW"),
        [(what, before.get(what, ""), now.get(what, "")) for what in {**now, **before}],
    )


def _sum(runs: Sequence[Evaluated]) -> dict[str, str]:
    answered = [run for run in runs if run.case.answered]
    sums = {
        "answered": f"{len(answered)} of {len(runs)}",
        "written by a model": f"{sum(run.answer == 'written' for run in runs)} of {len(answered)}",
    }
    for check, words in _SUMS.items():
        found = [run.checked.found[check] for run in runs]
        if known := [one for one in found if one is not None]:
            sums[words] = f"{sum(known)} of {len(known)}"
    sums["sentences left out"] = str(sum(run.case.dropped for run in runs))
    if answered:
        sums["characters, median"] = f"{median(len(run.case.words) for run in answered):.0f}"
    if times := [run.ms for run in runs if run.ms is not None]:
        sums["milliseconds, median"] = f"{median(times):.0f}"
    return sums | {_JUDGED[verdict]: said for verdict in VERDICTS if (said := _said(runs, verdict))}


def _said(runs: Sequence[Evaluated], verdict: Verdict) -> str:
    """What an evaluator said in all, with its failures; '' when it was never asked."""
    judged = [run.judged for run in runs if run.judged is not None]
    values = [said for one in judged if (said := one.said.get(verdict)) is not None]
    failed = sum(verdict in one.failed for one in judged)
    if not values and not failed:
        return ""
    if verdict == "correct":
        text = f"{sum(values) / len(values):.1f} over {len(values)}" if values else "-"
    else:
        text = f"{sum(value > 0 for value in values)} of {len(values)}" if values else "-"
    return f"{text}, {failed} failed" if failed else text


def _judging(runs: Sequence[Evaluated], judge: str, usage: Usage) -> Iterator[str]:
    yield (
        f"Judged by {one_line(judge)}: {len(usage.calls)} calls, {usage.tokens_in} tokens read,"
        f" {usage.tokens_out} written."
    )
    failed = Counter(why for run in runs if run.judged for why in run.judged.failed.values())
    if failed:
        whys = ", ".join(f"{count} {_FAILURES[why]}" for why, count in failed.most_common())
        yield f"Missing verdicts (-): {whys}."
    if blind := sum(run.case.answered and not run.case.question for run in runs):
        yield (
            f"Answers without their question: {blind}. Only their faithfulness is judged; evaluate"
            " the file of questions, or add question to each line."
        )


def _comparison(cases: Sequence[Measured], earlier: Earlier, judge: str) -> Iterator[str]:
    """The cases that changed, and what keeps the two runs from being comparable."""
    pairs = [
        (one.now, one.before, changes(one.before, one.now))
        for one in cases
        if isinstance(one.now, Evaluated) and one.before is not None
    ]
    changed = [(now, found) for now, _, found in pairs if found]
    yield f"{len(changed)} of {len(pairs)} cases that both runs hold changed."
    if changed:
        yield from columns(("CASE", "WHAT", "EARLIER", "NOW", ""), _rows(changed))
    if reworded := sum(
        not found and now.case.words != before.case.words for now, before, found in pairs
    ):
        yield f"{reworded} more say it in other words, with the same findings."
    alone = sum(isinstance(one.now, Evaluated) for one in cases) - len(pairs)
    gone = len(earlier.cases) - len(pairs)
    if alone or gone:
        yield f"Not compared: {alone} cases that only this run holds, {gone} only the earlier one."
    judges = {run.judged.judge for run in earlier.cases.values() if run.judged}
    if judge and not judges:
        yield "No model judged the earlier run: evaluate its file too, with this model."
    elif judge and judges != {judge}:
        named = ", ".join(sorted(map(one_line, judges)))
        yield (
            f"The earlier run was judged by {named}: its verdicts and these cannot be compared"
            " before one model has judged both files."
        )


def _rows(changed: Sequence[tuple[Evaluated, list[Change]]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for run, found in changed:
        for at, one in enumerate(found):
            better = {True: "better", False: "worse", None: ""}[one.better]
            values = (_value(one, one.earlier), _value(one, one.now))
            rows.append(("" if at else _name(run), one.what, *values, better))
    return rows


def _value(change: Change, value: Any) -> str:
    if change.what == "answer":
        return str(value)
    return f"{value:.1f}" if change.what == "correct" else _yes_or_no(value)


def _not_read(what: str, unread: Sequence[Unread]) -> list[str]:
    if not unread:
        return []
    count = f"{len(unread)} lines" if len(unread) > 1 else "1 line"
    return ["", f"{count} {what}:", *(f"  {one_line(one.reason)}" for one in unread)]

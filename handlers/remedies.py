"""Decides how a refusal of the gate is worded: what happened, and what to do next."""

from __future__ import annotations

import shlex

from handlers.wording import listed
from indexing.governance import Wording
from indexing.problems import Problem

_EXAMPLES = {
    "title": "title: Refund without a receipt",
    "scope": 'scope: "Customer service, all shops"',
    "version_on": "version_on: 2026-05-04",
    "owner": "owner: dana@example.com",
    "roles": "roles: [service-agent]",
    "competencies": "competencies: [refunds]",
    "audience": "audience: [everyone]",
}
_KNOWN = listed(f"`{name}`" for name in Wording.model_fields)
_CALLED = {
    "title": "title",
    "scope": "scope",
    "version_on": "version date",
    "owner": "owner",
    "roles": "role it is written for",
    "competencies": "competency",
    "audience": "audience",
}


def remedy(problem: Problem) -> str:
    """Return one or two sentences: what is wrong with which file, and what mends it."""
    match problem.code:
        case "missing":
            return _missing(problem)
        case (
            "comma"
            | "date"
            | "email"
            | "future"
            | "misplaced"
            | "period"
            | "text_too_long"
            | "twice"
            | "unknown_key"
            | "unmatched"
            | "url"
            | "wrong_kind"
            | "yaml"
        ):
            return _at(problem) + _written(problem)
        case "claim_before_version" | "claim_incomplete" | "claim_missing" | "claim_not_raised":
            return _waiting(problem)
        case "expired_on_arrival":
            return (
                f"{_at(problem)}its review ran out on {problem.value}, so it is not answered from."
                f" Have an SME check it and run `jobaid documents validate"
                f" {shlex.quote(problem.hint)} --as EMAIL`, or raise `validated_on` once it has"
                " been checked."
            )
        case "person_unknown" | "role_unheld":
            return _at(problem) + _unheld(problem)
        case "version_not_raised":
            return _at(problem) + same_version(problem.value)
        case "duplicate" | "path_missing" | "source_name" | "source_elsewhere":
            return _placed(problem)
        case _:
            return f"{problem.file}: {_read(problem)}"


def same_version(version: str) -> str:
    """Return the warning about a text that changed and goes by the version it had."""
    return (
        f"the text changed, but its version is still {version}. Raise `version` and `version_on`,"
        " or citations name the old date."
    )


def _at(problem: Problem) -> str:
    return f"{problem.file}, line {problem.line}: " if problem.line else f"{problem.file}: "


def _missing(problem: Problem) -> str:
    names = problem.field.split(", ")
    called = [_CALLED[name] for name in names]
    lacks = called[0] if len(called) == 1 else f"{', '.join(called[:-1])} or {called[-1]}"
    lines = " and ".join(f"`{_EXAMPLES[name]}`" for name in names)
    return (
        f"{_at(problem)}there is no {lacks}. Add {lines} to its front matter or to the folder's"
        " governance.yaml."
    )


def _written(problem: Problem) -> str:
    field, value = problem.field, problem.value
    match problem.code:
        case "comma":
            return f"`{field}` names several in one text. Write a list: `{field}: [one, other]`."
        case "date":
            return (
                f"`{value}` is no date for `{field}`. Write it as 2026-05-04, or relative to the"
                " day it is first read, as today-40d."
            )
        case "email":
            return f"`{value}` is no e-mail. Name the person in `{field}` by e-mail."
        case "future":
            return f"`{field}` is {value}, which is still to come. Give the day it was validated."
        case "misplaced":
            return (
                f"`{value}` cannot stand here. At the left margin stand only `defaults:` and"
                " `documents:`; put what holds for every document below `defaults:`, set in."
            )
        case "period":
            return f"`{value}` is no period for `{field}`. Write days or weeks, as 90d or 12w."
        case "text_too_long":
            return f"`{field}` is longer than 1,000 characters. Say it in a line."
        case "twice":
            return f"`{field}` is given twice. Keep one."
        case "unknown_key":
            meant = f"Did you mean `{problem.hint}`?" if problem.hint else f"Known are {_KNOWN}."
            return f"`{value}` is no governance field. {meant} Correct or remove it."
        case "unmatched":
            return (
                f"`{value}` matches no document, so what stands there takes no effect. Globs are"
                " relative to the folder, and * stays within one: write **/ for any below."
            )
        case "url":
            return f"`{value}` is no address that can be linked. Write one that begins https://."
        case "wrong_kind":
            return f"`{field}` has to be {value}. Write it so." if field else f"Write {value}."
        case _:
            because = f" ({problem.value})" if problem.value else ""
            return f"this is not valid YAML{because}. Correct it; quote texts that hold a colon."


def _waiting(problem: Problem) -> str:
    command = f"jobaid documents validate {shlex.quote(problem.hint)} --as EMAIL"
    match problem.code:
        case "claim_missing":
            why = "nobody has validated this text"
            else_do = "give `validated_by` and `validated_on`"
        case "claim_incomplete":
            why = "`validated_on` is given, but not by whom"
            else_do = "add `validated_by`"
        case "claim_before_version":
            why = f"it was validated ({problem.value}) before this version began"
            else_do = "raise `validated_on` once it has been checked"
        case _:
            given = f" ({problem.value})" if problem.value else ""
            why = f"its `validated_on`{given} was given for an earlier text"
            else_do = "raise `validated_on` once it has been checked"
    return (
        f"{_at(problem)}stored, but not answered from yet: {why}. Have an SME run `{command}`, or"
        f" {else_do}."
    )


def _unheld(problem: Problem) -> str:
    if problem.code == "role_unheld":
        said, put_right = f"no person has the role `{problem.value}`", "Correct it, or give it to"
        put_right += " somebody in the people file."
    else:
        said = f"no person with the e-mail `{problem.value}` was imported"
        put_right = "Correct it, or import them: `jobaid people import FILE.yaml`."
    match problem.field:
        case "owner":
            said += ", so nobody who owns this can be asked"
        case "audience":
            said += ", so it lets nobody read this"
    meant = f" Did you mean `{problem.hint}`?" if problem.hint else ""
    return f"{said}.{meant} {put_right}"


def _placed(problem: Problem) -> str:
    match problem.code:
        case "duplicate":
            mine = shlex.quote(f"{problem.value}:{problem.file}")
            source, _, uri = problem.hint.partition(":")
            if uri == problem.file:
                return (
                    f"{problem.file}: the same text stands in {problem.hint}. If this is that folder,"
                    f" name it: --source {shlex.quote(source)}. Else delete one, or say which counts:"
                    f" `jobaid documents canonical {shlex.quote(problem.hint)} --as EMAIL`."
                )
            return (
                f"{problem.file}: the same text stands in {problem.hint}. Delete one, or say which"
                f" counts: `jobaid documents canonical {shlex.quote(problem.hint)} --as EMAIL` or"
                f" `jobaid documents canonical {mine} --as EMAIL`."
            )
        case "path_missing":
            return f"{problem.value} does not exist or cannot be read. Name a folder or a document."
        case "source_name":
            return (
                "The source needs a name on one line, of at most 200 characters. Give one with"
                " --source NAME."
            )
        case _:
            return (
                f"The source {problem.value} was last read from {problem.hint}, and documents of it"
                " would be withdrawn. Give this folder another name with --source NAME, or say"
                f" --source {shlex.quote(problem.value)} if it has moved here."
            )


def _read(problem: Problem) -> str:
    value = problem.value
    match problem.code:
        case "binary":
            return "this is not text. Save it as UTF-8 text, or give it the ending of its format."
        case "changes_open":
            return (
                "it has tracked changes that are neither accepted nor rejected, so what it says is"
                " open. Settle them in Word and save."
            )
        case "empty":
            return "the file is empty. Write the document or remove the file."
        case "encoding":
            return "its characters cannot be told for certain. Save it as UTF-8."
        case "encrypted":
            return "it is protected by a password. Save a copy without one."
        case "file_name":
            return "its name holds characters that cannot be seen or stored. Rename the file."
        case "link_outside":
            return "it is a link to a file outside the folder. Put the file itself here."
        case "linked_folder":
            return "a linked folder is not followed. Index the folder it leads to by itself."
        case "macros":
            return "it holds macros. Save it as .docx without them."
        case "damaged":
            return (
                f"this {value} is damaged or was cut off when it was copied. Open it and save it anew;"
                " if it does not open, fetch it again from where it came."
            )
        case "not_its_format":
            return (
                f"by its name this is a {value}, but it holds something else. Give it the ending of"
                f" what it is, or save it as a {value} with the program it was made with."
            )
        case "no_text":
            return "there are no words in it. Write the document or remove the file."
        case "scanned":
            return (
                f"{value} without text, so it seems to be scanned. Run text recognition over it, or"
                " index the file it was printed from."
            )
        case "too_large":
            return f"it has {value} MB; the most is 20. Split it or take its pictures out."
        case "unknown_format":
            return (
                f"{value or 'no ending'} is not read. Save it as Markdown, plain text, HTML, DOCX or"
                " PDF if it should be."
            )
        case "unpacked_too_large":
            return (
                "it unpacks to more than can be read safely. Take its pictures out and save anew."
            )
        case _:
            return f"it cannot be opened ({value}). Check the file and its permissions."

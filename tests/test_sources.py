"""Folders: which files are documents, and which are never opened."""

from __future__ import annotations

from pathlib import Path

from indexing.problems import Problem
from indexing.sources import list_folder, load, load_governance


def test_a_folder_gives_its_documents_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    top = tmp_path / "sops"
    (top / "returns").mkdir(parents=True)
    (top / ".git").mkdir()
    (tmp_path / "secret.md").write_text("# Secret")
    for name in ("a.md", "returns/b.TXT", ".hidden.md", ".git/c.md", "~$a.docx", "x.xlsx"):
        (top / name).write_text("# A")
    (top / "governance.yaml").write_text("defaults: {}")
    (top / "out.md").symlink_to(tmp_path / "secret.md")
    (top / "gone.md").symlink_to(tmp_path / "nothing.md")
    (top / "loop").symlink_to(top)
    (top / "evil\u202e.md").write_text("# A")
    (top / "big.md").write_bytes(b"")
    with (top / "big.md").open("r+b") as big:
        big.truncate(50_000_000)  # never read: the size is enough
    folder = list_folder(top)
    assert not isinstance(folder, Problem)
    assert list(folder.files) == ["a.md", "returns/b.TXT"]
    assert {uri: p.code for uri, p in folder.refused.items()} == {
        "out.md": "link_outside",
        "gone.md": "unreadable",
        "evil.md": "file_name",
        "big.md": "too_large",
    }
    assert {uri: p.code for uri, p in folder.ignored.items()} == {
        "x.xlsx": "unknown_format",
        "loop": "linked_folder",
    }


def test_a_single_file_may_not_lead_outside_either(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.md").write_text("# Secret")
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "secret.md")
    folder = list_folder(tmp_path / "in" / "link.md")
    assert not isinstance(folder, Problem)
    assert (dict(folder.files), [p.code for p in folder.refused.values()]) == ({}, ["link_outside"])
    missing = list_folder(tmp_path / "nowhere")
    assert isinstance(missing, Problem)
    assert missing.code == "path_missing"


def test_a_file_that_grew_or_went_since_it_was_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A")
    folder = list_folder(tmp_path)
    assert not isinstance(folder, Problem)
    (tmp_path / "a.md").unlink()
    found = load("a.md", folder.files["a.md"], load_governance(folder, None), None)
    assert getattr(found, "problem", None) == Problem(
        "unreadable", file="a.md", value="No such file or directory"
    )

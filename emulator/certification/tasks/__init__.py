"""Every task by name: what a client is asked to do in one scene.

A maker gets the kit's words and the scene's props; it may put records into the held world. It returns the task as the
client is given it, and what is kept in the journal for the judge alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from emulator.certification.kit import KitWords
from emulator.certification.tasks import dossiers, papers, pulls
from emulator.certification.tasks.props import Assignment, Props

Maker = Callable[[KitWords, Props], Assignment]
TASKS: Mapping[str, Maker] = {
    "push-dossiers": dossiers.push_dossiers,
    "push-results": dossiers.push_results,
    "push-course": dossiers.push_course,
    "pull-dossiers": pulls.pull_dossiers,
    "pull-results": pulls.pull_results,
    "pull-steps": pulls.pull_steps,
    "file-with-papers": papers.file_with_papers,
    "finish-with-result": papers.finish_with_result,
    "serve-files": papers.serve_files,
}

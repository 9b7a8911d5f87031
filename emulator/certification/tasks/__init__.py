"""Every task by name: what a client is asked to do in one scene.

A maker gets the kit's words and the scene's props; it may put records into the held world. It returns the task as the
client is given it; a key ``expected`` is taken out before and kept in the journal for the judge alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.certification.tasks import dossiers, papers, pulls
from emulator.certification.tasks.props import Props

Maker = Callable[[Mapping[str, Any], Props], dict[str, Any]]
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

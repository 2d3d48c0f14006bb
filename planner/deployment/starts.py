"""The part of `Planner` that starts what was planned, checks it, and reads what others start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.request.strict import a, names

if TYPE_CHECKING:
    from planner.answers import DoesNotFit, Plan
    from planner.answers.explained import ExplainedLog
    from planner.catalogs import Catalogs
    from planner.deployment.log_deployment import Stated
    from planner.export.derive import Choices
    from planner.export.reading.deployed import ReadLine
    from planner.export.saved import SavedPlan
    from planner.load.demand import Demand
    from planner.physics.coefficients import Coefficients
    from planner.physics.deployment import Deployment
    from planner.request.request import Request


class Starts:
    """Mixed into `Planner`, whose catalogs and coefficients it uses."""

    _catalogs: Catalogs
    _coefficients: Coefficients

    def export(
        self, what: Plan | SavedPlan | Deployment, target: str, choices: Choices | None = None, *,
        demand: Demand | None = None, scaling: str = "keda",
    ) -> str | DoesNotFit:  # fmt: skip
        """A plan, or one deployment under a demand (default: a chat's), as the text of a target of `export --list`.

        choices: where the checkpoint lies, its revision, the port; scaling: of replicas on Kubernetes, `keda`, `hpa` or
        `none`. Raises PlannerError where the target cannot start it so.
        """
        from planner.deployment.started import exported

        return exported(what, target, self._catalogs, self._coefficients, choices, demand, scaling)

    def bench(
        self, what: Plan | SavedPlan | Deployment, request: Request, tools: Sequence[str] = (),
        choices: Choices | None = None,
    ) -> str | DoesNotFit:  # fmt: skip
        """The script that checks what `export` starts at the load and limits of a request; tools: of `bench --tool`,
        all where none is named. Raises PlannerError."""
        from planner.deployment.started import benched
        from planner.request.request import Request
        from planner.request.strict import valid

        request = valid(request, Request, "request")
        return benched(what, request, names(tools, "tools"), self._catalogs, self._coefficients, choices)

    def read_command(
        self, text: str, *, model: str | None = None, engine: str | None = None, version: str | None = None
    ) -> ReadLine:
        """A launch line, script or manifest, or the path of a file with one, as a deployment; model: in place of the
        line's own; engine: of flags without a command; version: of the engine, where it is stated. Raises
        PlannerError, which names what is missing."""
        from planner.export.reading.deployed import read_line

        return read_line(a(text, str, "text"), self._catalogs, model=model, engine=engine, version=version)

    def explain_log(self, text: str, stated: Stated | None = None) -> ExplainedLog:
        """A start-up log against the estimate of the same start, with the settings that would explain what differs;
        stated: what the log does not say. Raises PlannerError, which names the flag of what is missing."""
        from planner.deployment.explain_log import explain_log
        from planner.deployment.log_deployment import Stated
        from planner.logs.read import read_log

        log = read_log(a(text, str, "text"))
        return explain_log(log, stated or Stated(), self._catalogs, self._coefficients)

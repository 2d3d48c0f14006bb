"""Plan, sweep the rate, plot: the Python interface in cells that a notebook or an editor runs one by one.

Run it whole with `python examples/plan_sweep_plot.py`.
"""

# %% A planner holds the catalogs, and what it computed for the last questions.
from dataclasses import replace
from pathlib import Path

import plotext

from planner import Demand, Deployment, DoesNotFit, Infeasible, Plan, Planner, read_request

planner = Planner()
request = read_request(Path(__file__).with_name("chat-70b.toml"), {"scope": {"gpus": ["H100", "L40S"]}})

# %% One plan, its winner simulated.
answer = planner.plan(request)
match answer:
    case Plan():
        cluster = answer.cluster
        print(f"{cluster.replicas} replicas on {cluster.machine.count} x {cluster.machine.instance_type}")
        print(f"${cluster.cost.usd_per_hour:.2f} an hour, TTFT p95 {cluster.latency.ttft_s.p95:.3f} s")
        for check in answer.verification.sla if answer.verification else []:
            print(f"simulated {check.key}: {check.value_s:.3f} s of {check.limit_s:g} s")
    case Infeasible():
        print(f"{answer.binding_limit}; nearest: {answer.nearest_change}")

# %% The same deployment without a plan: memory by part and the time of a step.
deployment = Deployment("Qwen/Qwen3-32B", "H100", weights="fp8", concurrency=16.0)
for gpu in ("H100", "L4"):
    estimate = planner.estimate(replace(deployment, gpu=gpu), Demand.simple(isl=1000, osl=300))
    if isinstance(estimate, DoesNotFit):
        print(f"{gpu}: {estimate.missing_gib:.1f} GiB short of one sequence")
    else:
        print(f"{gpu}: TPOT {1e3 * estimate.latency.tpot_s.mean:.1f} ms, {estimate.output_tokens_per_s:.0f} tokens/s")

# %% Dollars against the rate. `verify=False` leaves the simulation out, so that each plan takes some milliseconds.
rates = [2.0**k for k in range(-1, 7)]
dollars = []
for rate in rates:
    asked = request.model_copy(update={"traffic": request.traffic.model_copy(update={"rate_per_s": rate})})
    found = planner.plan(asked, verify=False)
    dollars.append(found.cluster.cost.usd_per_hour if isinstance(found, Plan) else float("nan"))

# %% The curve, in the terminal.
plotext.plot(rates, dollars, marker="braille")
plotext.xscale("log")
plotext.xlabel("requests a second")
plotext.title("USD an hour of the cheapest cluster")
plotext.plotsize(90, 20)
plotext.theme("clear")
plotext.show()

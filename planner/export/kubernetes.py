"""Kubernetes: Deployment and Service, or a LeaderWorkerSet where a replica spans machines, and how replicas follow the
queue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.export.documents import yaml_of
from planner.export.launch import FOLDER, Launch
from planner.export.line import Placement, ShellSum, Variable, places
from planner.export.pods import container, name_of, nodes_said, pod_spec
from planner.export.said import said
from planner.export.servers import image_said, server_of

LEADER = Variable("LWS_LEADER_ADDRESS")
INDEX = "LWS_WORKER_INDEX"
PROMETHEUS = "http://prometheus-server.monitoring.svc:80"
# Where engines report what they measure.
METRICS = "/metrics"
# Waiting requests of a replica at which one more is asked for: a tenth of those that run at once.
WAITING_SHARE = 0.1


def kubernetes(launch: Launch, scaling: str = "keda") -> str:
    """Manifests; scaling: `keda`, `hpa` or `none`."""
    launch = rooted(launch)
    over = launch.machines > 1
    made = leader_worker_set(launch) if over else deployment(launch)
    notes = [*said(launch), *image_said(launch), *nodes_said(launch)]
    documents = [made, service(launch, over)]
    scaled = scaler(launch, scaling, over)
    if scaled is not None:
        documents.append(scaled)
        notes.append(_scaling_said(launch, scaling))
    elif scaling != "none":
        notes.append(f"{launch.engine} reports no waiting requests that replicas could follow: their number is fixed")
    return yaml_of(documents, notes)


def rooted(launch: Launch) -> Launch:
    """The launch with a checkpoint of one's own where pods mount it."""
    c = launch.checkpoint
    if not c.name.startswith(f"{FOLDER}/"):
        return launch
    return replace(launch, checkpoint=replace(c, name=f"/{c.name}"))


def labels(launch: Launch) -> dict[str, str]:
    return {"app.kubernetes.io/name": name_of(launch), "app.kubernetes.io/managed-by": "gpuplan"}


def selector(launch: Launch) -> dict[str, str]:
    return {"app.kubernetes.io/name": name_of(launch)}


def scraped(launch: Launch) -> dict[str, Any]:
    """Annotations by which Prometheus finds the pods that answer, in a configuration that reads them; none where no
    replica follows what is measured."""
    if not server_of(launch).waiting:
        return {}
    asked = {"scrape": "true", "port": str(launch.port), "path": METRICS}
    return {"annotations": {f"prometheus.io/{key}": value for key, value in asked.items()}}


def deployment(launch: Launch) -> dict[str, Any]:
    """One pod a replica."""
    pod = pod_spec(launch, [container(launch, places(launch)[0])])
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name_of(launch), "labels": labels(launch)},
        "spec": {
            "replicas": launch.replicas,
            # A machine of the plan holds no replica beside those that it has.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
            "selector": {"matchLabels": selector(launch)},
            "template": {"metadata": {"labels": labels(launch), **scraped(launch)}, "spec": pod},
        },
    }  # fmt: skip


def leader_worker_set(launch: Launch) -> dict[str, Any]:
    """A group of pods a replica, one on each machine; the first answers requests."""
    lead, *rest = places(launch)
    leads = pod_spec(launch, [container(launch, replace(lead, leader=LEADER))])
    works = pod_spec(launch, [container(launch, worker_place(launch, rest[0]), serves=False)])
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
        "metadata": {"name": name_of(launch), "labels": labels(launch)},
        "spec": {
            "replicas": launch.replicas,
            "leaderWorkerTemplate": {
                "size": launch.machines, "restartPolicy": "RecreateGroupOnPodRestart",
                "leaderTemplate": {
                    "metadata": {"labels": {**labels(launch), "role": "leader"}, **scraped(launch)}, "spec": leads,
                },
                "workerTemplate": {"metadata": {"labels": {**labels(launch), "role": "worker"}}, "spec": works},
            },
        },
    }  # fmt: skip


def worker_place(launch: Launch, place: Placement) -> Placement:
    """The machines of a replica after its first: all of one template, so that each takes its number from the group."""
    ranks = place.node.ranks
    first = Variable(INDEX) if ranks == 1 else ShellSum(f"{INDEX} * {ranks}")
    return replace(place, leader=LEADER, rank=Variable(INDEX), first_rank=first)


def service(launch: Launch, over: bool) -> dict[str, Any]:
    chosen = {**selector(launch), **({"role": "leader"} if over else {})}
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name_of(launch), "labels": labels(launch)},
        "spec": {"selector": chosen, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
    }  # fmt: skip


def scaler(launch: Launch, scaling: str, over: bool) -> dict[str, Any] | None:
    """What lets replicas follow the queue: from those of the quietest hour, past the plan's, to growth beyond it."""
    metric = server_of(launch).waiting
    if scaling == "none" or not metric:
        return None
    api = ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet") if over else ("apps/v1", "Deployment")
    target = {"apiVersion": api[0], "kind": api[1], "name": name_of(launch)}
    least, most = launch.least, launch.most
    waiting = max(1, round(WAITING_SHARE * launch.all_sequences))
    meta = {"name": name_of(launch), "labels": labels(launch)}
    if scaling == "hpa":
        pods = {"metric": {"name": metric}, "target": {"type": "AverageValue", "averageValue": str(waiting)}}
        return {
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta,
            "spec": {
                "scaleTargetRef": target, "minReplicas": least, "maxReplicas": most,
                "metrics": [{"type": "Pods", "pods": pods}],
            },
        }  # fmt: skip
    query = f'sum({metric}{{pod=~"{name_of(launch)}-.*"}})'
    trigger = {
        "type": "prometheus", "metricType": "AverageValue",
        "metadata": {"serverAddress": PROMETHEUS, "query": query, "threshold": str(waiting)},
    }  # fmt: skip
    return {
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": meta,
        "spec": {
            "scaleTargetRef": target, "minReplicaCount": least, "maxReplicaCount": most, "cooldownPeriod": 600,
            "triggers": [trigger],
        },
    }  # fmt: skip


def _scaling_said(launch: Launch, scaling: str) -> str:
    metric = server_of(launch).waiting
    names = ("minReplicas", "maxReplicas") if scaling == "hpa" else ("minReplicaCount", "maxReplicaCount")
    where = f"as Prometheus has it at {PROMETHEUS}: set yours"
    if scaling == "hpa":
        where = "as an adapter of custom metrics has it"
    scrapes = (
        f"Prometheus reads {METRICS} of pods by their annotations prometheus.io/*, as its Helm chart is set up; its "
        "operator does not: it takes a PodMonitor"
    )
    return (
        f"replicas follow {metric}, {where}; {names[0]} {launch.least} is the quietest hour's, replicas "
        f"{launch.replicas} the plan's, {names[1]} {launch.most} leaves room for growth that nobody planned: each "
        f"beyond the plan is one more to pay; {scrapes}"
    )

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.export.kubernetes import kubernetes
from tests.planner.export import checks
from tests.planner.export.conftest import Launches


def documents(launches: Launches, name: str, **changes: Any) -> list[Any]:
    return checks.documents(kubernetes(replace(launches(name), **changes)))


def test_a_deployment_has_the_planned_replicas_and_its_service_finds_them(launches: Launches) -> None:
    deployment, service, scaler = documents(launches, "hybrid", replicas=3, spare=1, quiet_share=0.4)
    assert deployment["spec"]["replicas"] == 3
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert (scaler["spec"]["minReplicaCount"], scaler["spec"]["maxReplicaCount"]) == (2, 6)
    assert "vllm:num_requests_waiting" in scaler["spec"]["triggers"][0]["metadata"]["query"]


def test_a_replica_over_machines_is_a_group_whose_workers_number_themselves(launches: Launches) -> None:
    group, service, scaler = documents(launches, "latent, dp over machines")
    template = group["spec"]["leaderWorkerTemplate"]
    assert template["size"] == 2
    worker = template["workerTemplate"]["spec"]["containers"][0]
    assert '"$$((LWS_WORKER_INDEX * 4))"' in worker["args"][0]
    assert "readinessProbe" not in worker
    leader = template["leaderTemplate"]["spec"]["containers"][0]
    assert "$(LWS_LEADER_ADDRESS)" in leader["args"]
    assert service["spec"]["selector"]["role"] == "leader"
    assert scaler["spec"]["scaleTargetRef"]["kind"] == "LeaderWorkerSet"


def test_a_scaler_has_a_range_from_the_quietest_hour_to_growth(launches: Launches) -> None:
    launch = replace(launches("hybrid"), replicas=10, spare=2, quiet_share=0.25, most_gpus=30)
    assert (launch.least, launch.most) == (4, 15)
    assert replace(launch, most_gpus=None).most == 20
    assert replace(launch, quiet_share=1.0).least == 10
    text = kubernetes(launch, "hpa")
    assert "minReplicas 4 is the quietest hour's, replicas 10 the plan's, maxReplicas 15 leaves room" in " ".join(
        line.lstrip("# ") for line in text.splitlines() if line.startswith("#")
    )


def test_an_engine_that_reports_no_queue_is_not_scaled(launches: Launches) -> None:
    text = kubernetes(launches("trtllm"))
    assert [document["kind"] for document in checks.documents(text)] == ["Deployment", "Service"]
    assert "their number is fixed" in text


def test_what_a_container_must_write_first_a_shell_writes(launches: Launches) -> None:
    found = documents(launches, "trtllm")[0]["spec"]["template"]["spec"]["containers"][0]
    assert found["command"] == ["/bin/sh", "-c"]
    assert found["args"][0].startswith("printf %s ")


def test_what_replicas_follow_is_scraped_from_the_pods_that_answer(launches: Launches) -> None:
    for name in ("hybrid", "sglang", "llama.cpp"):
        found = documents(launches, name, port=8123)[0]["spec"]["template"]
        noted = found["metadata"]["annotations"]
        [port] = found["spec"]["containers"][0]["ports"]
        assert noted == {
            "prometheus.io/scrape": "true", "prometheus.io/port": str(port["containerPort"]),
            "prometheus.io/path": "/metrics",
        }  # fmt: skip
    group = documents(launches, "latent, dp over machines")[0]["spec"]["leaderWorkerTemplate"]
    assert "annotations" in group["leaderTemplate"]["metadata"]
    assert "annotations" not in group["workerTemplate"]["metadata"]
    assert "annotations" not in documents(launches, "trtllm")[0]["spec"]["template"]["metadata"]
    assert "PodMonitor" in kubernetes(launches("hybrid"))

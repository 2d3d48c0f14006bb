"""The claims about break-even, costs by volume and prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docs.figures.article import APIS, PEOPLE, UNPAID, Row, api_usd, claims, hosting, line, money
from docs.figures.prose import listed, paragraph, usd, volume
from hardware_db.ownership import terms_with

OLD, NEW = "openai/gpt-4", "openai/gpt-4o"
PAIR = (OLD, NEW)
CLAIMED_BREAK_EVEN = (20e6, 30e6)
# Tokens a month of the article's four scenarios, and what it says that they cost.
SCENARIOS = {0.1e6: (3e3, 8e3), 5e6: (150e3, 12e3), 50e6: (1.5e6, 15e3), 500e6: (15e6, 25e3)}
BEYOND = (5e9, 50e9)
ASKED = 50e6
USD_PER_THOUSAND, MOST_PER_THOUSAND = 0.03, 0.12
CONVERSATION = (0.5, 2.0)
SAVING, TIMES, PER_THOUSAND = 0.95, (5.0, 10.0), (0.0002, 0.004)
NEAR = 0.25


def break_even() -> str:
    """From which volume hosting stays cheaper, with people and without."""
    with_people, without = _crossed(money(ASKED)), _crossed(money(ASKED, *UNPAID))
    engineers = terms_with({})["staff_fte_cloud"].value
    old = f"{_volume(with_people[OLD])} tokens a month with {engineers:g} engineers, "
    low, high = CLAIMED_BREAK_EVEN
    held = [name for name, found in (("with people", with_people[OLD]), ("without people", without[OLD]))
            if found is not None and low <= found <= high]  # fmt: skip
    between = (without[OLD] or 0.0) < low and high < (with_people[OLD] or 0.0)
    staff = "between the two: the cost of staff decides, and the article names none" if between else "no"
    new = [name for name in APIS if name != OLD]
    nearest = min((with_people[name] or float("inf")) for name in new)
    today = "; ".join(f"{APIS[name]} {_volume(with_people[name])} ({_volume(without[name])} without)" for name in new)
    return claims([
        (
            "break-even with GPT-4 at 20 to 30 million tokens a month", f"{old}{_volume(without[OLD])} without people",
            listed(held) if held else staff,
        ),
        (
            "the same against models of today", today,
            "no" if nearest > high else "yes, against the dearest",
        ),
    ])  # fmt: skip


def _volume(tokens: float | None) -> str:
    return "never" if tokens is None else volume(tokens)


def _crossed(answer: Any) -> dict[str, float | None]:
    return {found["api"]: found["tokens_per_month"] for found in answer["break_even"]}


def api_prices() -> str:
    """What APIs cost a thousand tokens, and what a conversation costs."""
    answer = money(ASKED)
    prices = {api["name"]: api for api in answer["apis"]}
    shown = "; ".join(
        f"{name} ${prices[api]['usd_per_million_input'] / 1e3:.5g} in, "
        f"${prices[api]['usd_per_million_output'] / 1e3:.5g} out"
        for api, name in APIS.items()
    )
    within = [name for api, name in APIS.items() if _within(prices[api])]
    return claims([("API prices of $0.03 to $0.12 per thousand tokens", shown, _for(within)), _conversation(prices)])


def _within(price: Any) -> bool:
    low, high = (price[f"usd_per_million_{side}"] / 1e3 for side in ("input", "output"))
    return bool(low >= USD_PER_THOUSAND and high <= MOST_PER_THOUSAND)


def _conversation(prices: Mapping[str, Any]) -> Row:
    """Ten turns of 100 tokens in and 300 out after 500 tokens of instructions; each reads all that was said before."""
    read, written = sum(500 + 100 * turn + 300 * (turn - 1) for turn in range(1, 11)), 300 * 10
    costs = {
        api: (read * price["usd_per_million_input"] + written * price["usd_per_million_output"]) / 1e6
        for api, price in prices.items()
    }
    shown = ", ".join(f"{name} {usd(costs[api])}" for api, name in APIS.items())
    within = [name for api, name in APIS.items() if CONVERSATION[0] <= costs[api] <= CONVERSATION[1]]
    figure = (
        "ten turns of 100 tokens in and 300 out after 500 of instructions, each of which reads all before it "
        f"({read:,} tokens in, {written:,} out): {shown}"
    )
    return "$0.50 to $2 a conversation", figure, _for(within)


def _for(names: list[str]) -> str:
    """The verdict on a claim that holds for these APIs."""
    return "no" if not names else "yes" if len(names) == len(APIS) else f"for {listed(names)} only"


def volumes() -> str:
    """Costs at the article's four volumes and beyond."""
    answers = {tokens: money(tokens, apis=PAIR) for tokens in (*SCENARIOS, *BEYOND)}
    rows = [part(answers) for part in (_by_api, _hosted, _saved, _times, _per_thousand)]
    return claims(rows) + "\n\n" + paragraph(_cheaper(answers))


def moves() -> str:
    """Which inputs move the difference between hosting and the cheapest API most."""
    swings = sorted(money(ASKED)["sensitivity"], key=lambda s: -abs(s["usd_at_high"] - s["usd_at_low"]))[:3]
    said = [f"`{s['name']}` ({usd(abs(s['usd_at_high'] - s['usd_at_low']))} over its range)" for s in swings]
    return paragraph(
        f"What moves the difference to the cheapest API most, at {volume(ASKED)} tokens a month: {listed(said)}. "
        "`gpuplan tco` prints all of them."
    )


def _over(values: list[str]) -> str:
    return " / ".join(values)


def _by_api(answers: dict[float, Any]) -> Row:
    own = [tokens / 1e3 * USD_PER_THOUSAND for tokens in SCENARIOS]
    factors = [claimed / found for (claimed, _), found in zip(SCENARIOS.values(), own, strict=True)]
    costs = {api: _over([usd(api_usd(answers[tokens])[api]) for tokens in SCENARIOS]) for api in PAIR}
    figure = (
        f"at the article's own $0.03 a thousand: {_over([usd(found) for found in own])}. At our mix of input and "
        f"output GPT-4: {costs[OLD]}; GPT-4o: {costs[NEW]}"
    )
    near = max(abs(factor - 1.0) for factor in factors) < NEAR
    said = "yes" if near else f"no: {min(factors):,.0f} times its own price"
    return "0.1 / 5 / 50 / 500 million tokens a month cost $3,000 / $150,000 / $1.5 M / $15 M by API", figure, said


def _hosted(answers: dict[float, Any]) -> Row:
    options = [hosting(answers[tokens]) for tokens in SCENARIOS]
    people = [line(option, PEOPLE) for option in options]
    rents = [option["usd_per_month"] - paid for option, paid in zip(options, people, strict=True)]
    machines = dict.fromkeys(f"{option['name']}, {option['description']}" for option in options)
    whole, staff, rent = (_over([usd(found) for found in costs])
                          for costs in ([option["usd_per_month"] for option in options], people, rents))  # fmt: skip
    figure = f"{whole}, of which {staff} are people and {rent} rent: {'; then '.join(machines)}"
    ratios = [claimed / option["usd_per_month"]
              for (_, claimed), option in zip(SCENARIOS.values(), options, strict=True)]  # fmt: skip
    high = min(ratios) > 1.0 + NEAR
    verdict = f"too high by {min(ratios):.1f} to {max(ratios):.1f} times" if high else "in part"
    return "the same self-hosted: $8,000 / $12,000 / $15,000 / $25,000", figure, verdict


def _ratios(answers: dict[float, Any]) -> dict[tuple[float, str], float]:
    """What an API costs over what hosting costs, by volume and API."""
    return {
        (tokens, api): cost / hosting(answer)["usd_per_month"]
        for tokens, answer in answers.items()
        for api, cost in api_usd(answer).items()
    }


def _saved(answers: dict[float, Any]) -> Row:
    ratios, at = _ratios(answers), (500e6, *BEYOND)
    saved = {key: 1.0 - 1.0 / ratio for key, ratio in ratios.items() if key[0] in at}
    figure = "; ".join(
        f"at {volume(tokens)} tokens a month {listed([_share(APIS[api], saved[tokens, api]) for api in PAIR])}"
        for tokens in at
    )
    reached = [tokens for tokens in at if max(saved[tokens, api] for api in PAIR) >= SAVING]
    verdict = f"from {volume(min(reached))} tokens a month on" if reached else "no"
    beyond = "" if not reached or min(reached) in SCENARIOS else ", above the article's volumes"
    return "saves up to 95 %", figure, verdict + beyond


def _share(name: str, saved: float) -> str:
    if saved >= 0.0:
        return f"hosting costs {saved:.1%} less than {name}"
    return f"{name} costs {-saved / (1.0 - saved):.0%} less than hosting"


def _times(answers: dict[float, Any]) -> Row:
    ratios = _ratios(answers)
    low, high = TIMES
    figure = "; ".join(
        f"{volume(tokens)}: {_many(ratios[tokens, OLD])} and {_many(ratios[tokens, NEW])}" for tokens in answers
    )
    held = [f"{APIS[api]} at {volume(tokens)}" for (tokens, api), ratio in ratios.items() if low <= ratio <= high]
    above = [f"{APIS[api]} at {volume(tokens)}" for (tokens, api), ratio in ratios.items() if ratio > high]
    verdict = f"between 5 and 10 against {listed(held)}; " if held else "at none of these volumes; "
    verdict += f"more against {listed(above)}; less elsewhere" if above else "less everywhere else"
    return (
        "hosting costs 5 to 10 times less",
        f"an API costs so many times what hosting does, by tokens a month, GPT-4 and GPT-4o: {figure}", verdict,
    )  # fmt: skip


def _many(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= TIMES[1] else f"{ratio:.2g}"


def _per_thousand(answers: dict[float, Any]) -> Row:
    costs = {tokens: hosting(answer)["usd_per_month"] / tokens * 1e3 for tokens, answer in answers.items()}
    figure = "; ".join(f"{usd(cost)} at {volume(tokens)} tokens a month" for tokens, cost in costs.items())
    reached = [tokens for tokens, cost in costs.items() if cost <= PER_THOUSAND[1]]
    verdict = f"from {volume(min(reached))} tokens a month on, of these" if reached else "no"
    return "self-hosted $0.0002 to $0.004 per thousand tokens", f"people included, {figure}", verdict


def _cheaper(answers: dict[float, Any]) -> str:
    """At which of the four scenarios hosting is the cheaper one."""
    ratios = _ratios(answers)
    held = {api: [volume(tokens) for tokens in SCENARIOS if ratios[tokens, api] > 1.0] for api in PAIR}
    said = [
        f"{len(held[api])} of 4 against {APIS[api]}" + (f" ({listed(held[api])})" if held[api] else "") for api in PAIR
    ]
    return f"Of the four scenarios hosting is the cheaper one in {listed(said)}."

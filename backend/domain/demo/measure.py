"""What a demo district is really like, in the figures that it was asked for: counted, not believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.demo import figures
from backend.domain.demo.census import Census, Closed, Line
from backend.domain.demo.contacts import PROVED_FOR
from backend.domain.demo.terminals import SILENT_AFTER, WEAK_RSSI
from contract.vocabulary import Label

SPREAD: Final = 0.005

FEW: Final = 1.5
"""Shares are dealt out, and come out to within one of what is counted (a figure may sum up two of them): within half
a per cent, or one and a half of few."""

PACE_SPREAD: Final = 0.012
"""Of the anchors: they are targets, and a real district is now a little better, now a little worse."""

OUTER_SPREAD: Final = 0.03
"""Of homes on outer islands: whole villages are, or are not, so one village more or less."""

NAMESAKES: Final = (0.001, 0.3)
"""Shares of residents who are called as somebody else is: some, and not half of them."""

EMERGENCY_OUTCOMES: Final = ("ambulance", "fire_service")

_NOT_AT_HOME: Final = ("away", "hospital")


def measure(census: Census, homes: int) -> list[Line]:
    """Every figure of issue 3, item 1, in its order. `homes`: how many were asked for."""
    return [
        *_land(census, homes),
        *_people(census),
        *_contacts(census),
        *_homes(census),
        *_devices(census),
        *_past(census, homes),
    ]


def _land(census: Census, homes: int) -> list[Line]:
    organisations, villages = census.rows["organisations"], census.rows["villages"]
    kinds = Counter(row["kind"] for row in organisations)
    close = sum(row["kind"] == "village" and _closes_at(row["hours"], "17:00") for row in organisations)
    sizes = Counter(row["village_id"] for row in census.rows["homes"])
    outer = {row["id"] for row in villages if row["outer_island"] and row["last_ferry"]}
    on_outer = sum(row["village_id"] in outer for row in census.rows["homes"])
    return [
        _number("镇", "Towns", figures.TOWNS, kinds["town"]),
        _number("村级服务中心", "Village centres", figures.CENTRES, kinds["village"]),
        _number("17:00 关门", "of these close at 17:00", figures.CENTRES - figures.CENTRES_ALWAYS_OPEN, close),
        _number("机构", "Institutions", figures.INSTITUTIONS, kinds["institution"]),
        _number("户", "Homes", homes, len(census.rows["homes"])),
        _size("最小村庄户数", "Homes of the smallest village", min(sizes.values(), default=0)),
        _size("最大村庄户数", "Homes of the largest village", max(sizes.values(), default=0)),
        _share(
            "外岛（有末班船）",
            "On outer islands with a last ferry",
            figures.OUTER,
            on_outer / homes,
            homes,
            max(OUTER_SPREAD, max(sizes.values(), default=0) / homes),
        ),
    ]


def _closes_at(hours: Mapping[str, Sequence[Sequence[str]]] | None, clock: str) -> bool:
    return bool(hours) and all(windows[-1][1] == clock for windows in (hours or {}).values())


def _people(census: Census) -> list[Line]:
    people, homes = census.rows["residents"], census.rows["homes"]
    in_home = Counter(row["home_id"] for row in people)
    couples = sum(count == 2 for count in in_home.values())
    year = census.today.year
    decades = Counter(min(90, (year - row["birth_year"]) // 10 * 10) for row in people)
    names = Counter(row["name"] for row in people)
    doubles = sum(count for count in names.values() if count > 1)
    of = _of(people)
    return [
        _number("住户", "Residents", len(homes) + round(len(homes) * figures.COUPLES), len(people)),
        _number("夫妻", "Couples", round(len(homes) * figures.COUPLES), couples),
        *(
            _share(
                f"{decade} 多岁", f"In their {decade}s" if decade < 90 else "90 and older", share, found, len(people)
            )
            for decade, share in figures.AGES.items()
            for found in [decades[decade] / len(people)]
        ),
        _share("独居", "Living alone", figures.ALONE, of(lambda row: row["lives_alone"]), len(people)),
        _share("只讲方言", "Dialect only", figures.DIALECT, of(lambda row: row["dialect"]), len(people)),
        _share("听力下降", "Hearing loss", 0.35, of(lambda row: row["hearing"] != "normal"), len(people)),
        _share("认知障碍", "Dementia", 0.08, of(lambda row: row["cognition"] != "normal"), len(people)),
        _share("外出或住院", "Away or in hospital", 0.08, of(lambda row: row["status"] in _NOT_AT_HOME), len(people)),
        Line(Label("与他人同名", "Share their name with somebody"), None, doubles / len(people), *NAMESAKES),
    ]


def _contacts(census: Census) -> list[Line]:
    contacts, homes = census.rows["contacts"], census.rows["homes"]
    of_home = Counter(row["home_id"] for row in contacts)
    counts = Counter(min(3, of_home[row["id"]]) for row in homes)
    long_ago = census.today - PROVED_FOR
    stale = _of(contacts)(lambda row: row["proved_on"] is None or row["proved_on"] < long_ago)
    return [
        *(
            _share(
                f"{count} 位联系人",
                f"{count} contact{'s' * (count != 1)}",
                share,
                counts[count] / len(homes),
                len(homes),
            )
            for count, share in ((0, 0.02), (1, 0.18), (2, 0.45))
        ),
        _share("3 位及以上", "3 contacts or more", 0.35, counts[3] / len(homes), len(homes)),
        _share("号码过期", "Stale numbers", figures.STALE, stale, len(contacts)),
    ]


def _homes(census: Census) -> list[Line]:
    of = _of(census.rows["homes"])
    by_landmark = of(lambda row: row["landmark"] is not None and not row["address"].endswith("号"))
    return [
        *(
            _share(
                zh,
                en,
                figures.KEYS[kind],
                of(lambda row, kind=kind: row["key_kind"] == kind),
                len(census.rows["homes"]),
            )
            for kind, zh, en in (
                ("neighbour", "钥匙在邻居家", "Key with a neighbour"),
                ("code", "密码盒", "Key behind a code"),
                ("none", "无钥匙", "No key"),
            )
        ),
        _share("只有地标", "Address by landmark only", figures.LANDMARK_ONLY, by_landmark, len(census.rows["homes"])),
    ]


def _devices(census: Census) -> list[Line]:
    terminals = [row for row in census.rows["devices"] if row["kind"] == "terminal"]
    said = [census.said.get(row["id"]) for row in terminals]
    unfit = sum(row["state"] == "enrolled" for row in terminals)
    silent_before = census.made_at - SILENT_AFTER
    silent = sum(one is not None and one.at < silent_before for one in said)
    weak = sum(one is not None and one.at >= silent_before and one.rssi <= WEAK_RSSI for one in said)
    count = len(terminals) or 1
    return [
        _number("终端", "Terminals", len(census.rows["homes"]), len(terminals)),
        _share("终端沉默", "Terminals silent", figures.DEVICES["silent"], silent / count, count),
        _share("终端未安装", "Terminals not put up", figures.DEVICES["uninstalled"], unfit / count, count),
        _share("终端信号弱", "Terminals with weak signal", figures.DEVICES["weak"], weak / count, count),
    ]


def _past(census: Census, homes: int) -> list[Line]:
    if not census.days or not census.alerts:
        return []
    days, alerts = census.days, census.alerts
    contacts = figures.CONTACTS_A_DAY * homes
    grave = sum(alert.outcome in EMERGENCY_OUTCOMES for alert in alerts)
    expected = figures.EMERGENCIES_A_DAY * homes * days
    # Three standard deviations of that many independent calls.
    spread = 3 * (contacts * days) ** 0.5 / days
    return [
        _number("历史天数", "Days of history", days, _days(alerts), max(1.0, days * 0.02) if contacts > 5 else days),
        _number("每日联系", "Contacts a day", contacts, len(alerts) / days, spread),
        _number("真实紧急", "True emergencies", expected, grave, 1.0),
        *(
            _share(zh.format(span), en.format(span), share, _soon(alerts, moment, span), len(alerts), PACE_SPREAD)
            for zh, en, moment in (
                ("{} 秒内接警", "Accepted within {} s", lambda alert: alert.accepted_at),
                ("{} 秒内通话", "First voice within {} s", lambda alert: alert.first_voice_at),
            )
            for span, share in ((60, 0.975), (180, 0.99))
        ),
    ]


def _days(alerts: Sequence[Closed]) -> int:
    """From the first to the last, both counted."""
    return (max(a.received_at for a in alerts) - min(a.received_at for a in alerts)).days + 1


def _soon(alerts: Sequence[Closed], moment: Callable[[Closed], datetime | None], span: int) -> float:
    within = timedelta(seconds=span)
    return sum(at is not None and at - a.received_at <= within for a in alerts for at in [moment(a)]) / len(alerts)


Test = Callable[..., Any]


def _of(rows: Sequence[Mapping[str, Any]]) -> Callable[[Test], float]:
    return lambda test: sum(bool(test(row)) for row in rows) / (len(rows) or 1)


def _share(zh: str, en: str, target: float, found: float, count: int, spread: float = SPREAD) -> Line:
    """Of `count`: of few, one more or less is much."""
    tolerance = max(spread, FEW / count) if count else spread
    return Line(Label(zh, en), target, found, max(0.0, target - tolerance), min(1.0, target + tolerance))


def _number(zh: str, en: str, target: float, found: float, tolerance: float = 0) -> Line:
    return Line(Label(zh, en), target, found, max(0, target - tolerance), target + tolerance, share=False)


def _size(zh: str, en: str, found: float) -> Line:
    return Line(Label(zh, en), None, found, figures.VILLAGE_LEAST, figures.VILLAGE_MOST, share=False)

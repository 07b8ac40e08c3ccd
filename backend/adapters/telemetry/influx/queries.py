"""Every Flux text that the store sends. Values come in as parameters, beside the text; none is ever formatted into it.

Parameters are Flux options of their names: `_bucket`, `_start`, `_stop`, `_device`, `_metric`, `_every`, `_most`,
`_minutes_bucket`, `_hours_bucket`. Filters on them reach the storage engine as if they were literals.

What is read for several windows is a function: a stream that is used twice is not aggregated by the storage engine,
which takes eight times as long.
"""

from __future__ import annotations

from typing import Final

POINTS: Final = """
from(bucket: _bucket)
  |> range(start: _start, stop: _stop)
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device and r.metric == _metric)
  |> limit(n: _most)
  |> keep(columns: ["_time", "_value", "_field"])
"""
"""The oldest `_most` points of one series: a table of each field."""

DEVICE_POINTS: Final = """
from(bucket: _bucket)
  |> range(start: _start, stop: _stop)
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device)
  |> keep(columns: ["_time", "_value", "_field", "metric"])
"""
"""All points of one device: a table of each metric and field."""

SERIES: Final = """
from(bucket: _bucket)
  |> range(start: _start, stop: _stop)
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device and r._field == "value")
  |> first()
  |> keep(columns: ["_time", "metric"])
"""
"""The first point of each metric of one device."""

COUNT: Final = """
from(bucket: _bucket)
  |> range(start: _start, stop: _stop)
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device and r._field == "value")
  |> count()
  |> keep(columns: ["_value", "metric"])
"""
"""How many points each metric of one device has."""

NEWEST: Final = """
from(bucket: _bucket)
  |> range(start: _start, stop: _stop)
  |> filter(fn: (r) => r._measurement == "reading")
  |> last()
  |> keep(columns: ["_time", "_value", "_field", "device_id", "metric"])
"""
"""The last point of every series there is: of each field a row."""

_DATA: Final = """
data = () => from(bucket: _bucket)
  |> range(start: _start, stop: _stop)"""
_OF_ALL: Final = """
  |> filter(fn: (r) => r._measurement == "reading")"""
_OF_DEVICE: Final = """
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device)"""
_OF_SERIES: Final = """
  |> filter(fn: (r) => r._measurement == "reading" and r.device_id == _device and r.metric == _metric)"""
_WINDOWS: Final = """
windows = (tables=<-, fn, field, name) => tables
  |> filter(fn: (r) => r._field == field)
  |> aggregateWindow(every: _every, fn: fn, createEmpty: false, timeSrc: "_start")
  |> keep(columns: ["_time", "_value", "metric"])
  |> yield(name: name)
"""
_OF_POINTS: Final = """
data() |> windows(fn: min, field: "value", name: "low")
data() |> windows(fn: max, field: "value", name: "high")
data() |> windows(fn: sum, field: "value", name: "sum")
data() |> windows(fn: count, field: "value", name: "count")
"""
_OF_ROLL_UPS: Final = """
data() |> windows(fn: min, field: "low", name: "low")
data() |> windows(fn: max, field: "high", name: "high")
data() |> windows(fn: sum, field: "sum", name: "sum")
data() |> windows(fn: sum, field: "count", name: "count")
"""

RAW_WINDOWS: Final = _DATA + _OF_SERIES + _WINDOWS + _OF_POINTS
"""One series in windows, from its points."""
ROLLED_WINDOWS: Final = _DATA + _OF_SERIES + _WINDOWS + _OF_ROLL_UPS
"""One series in windows, from a bucket of roll-ups at least as fine."""
DEVICE_RAW_WINDOWS: Final = _DATA + _OF_DEVICE + _WINDOWS + _OF_POINTS
"""Every series of one device in windows, from its points."""
DEVICE_ROLLED_WINDOWS: Final = _DATA + _OF_DEVICE + _WINDOWS + _OF_ROLL_UPS
"""The same from a bucket of roll-ups at least as fine."""

# Without `group` the server stores each series by itself: thirty times as long for two thousand devices.
_ROLL_UP: Final = """
  |> filter(fn: (r) => r._field == "value")
roll = (tables=<-, fn, name, every, bucket) => tables
  |> aggregateWindow(every: every, fn: fn, createEmpty: false, timeSrc: "_start")
  |> group()
  |> drop(columns: ["_start", "_stop"])
  |> set(key: "_field", value: name)
  |> to(bucket: bucket)
  |> count()
"""
_MINUTES: Final = """
data() |> roll(fn: min, name: "low", every: 1m, bucket: _minutes_bucket) |> yield(name: "m-low")
data() |> roll(fn: max, name: "high", every: 1m, bucket: _minutes_bucket) |> yield(name: "m-high")
data() |> roll(fn: sum, name: "sum", every: 1m, bucket: _minutes_bucket) |> yield(name: "m-sum")
data() |> roll(fn: count, name: "count", every: 1m, bucket: _minutes_bucket) |> yield(name: "m-count")
"""
_HOURS: Final = """
data() |> roll(fn: min, name: "low", every: 1h, bucket: _hours_bucket) |> yield(name: "h-low")
data() |> roll(fn: max, name: "high", every: 1h, bucket: _hours_bucket) |> yield(name: "h-high")
data() |> roll(fn: sum, name: "sum", every: 1h, bucket: _hours_bucket) |> yield(name: "h-sum")
data() |> roll(fn: count, name: "count", every: 1h, bucket: _hours_bucket) |> yield(name: "h-count")
"""

ROLL_UP_DEVICE: Final = _DATA + _OF_DEVICE + _ROLL_UP + _MINUTES + _HOURS
"""Make one device's roll-ups of a span of whole hours again."""

ROLL_UP_ALL: Final = _DATA + _OF_ALL + _ROLL_UP + _MINUTES + _HOURS
"""The same for every device."""

MINUTES_TASK: Final = (
    """
data = () => from(bucket: _bucket)
  |> range(start: date.truncate(t: -5m, unit: 1m), stop: date.truncate(t: now(), unit: 1m))
  |> filter(fn: (r) => r._measurement == "reading")"""
    + _ROLL_UP
    + _MINUTES
)
"""What the server runs each minute: the last five whole minutes. Needs `date`."""

HOURS_TASK: Final = (
    """
data = () => from(bucket: _bucket)
  |> range(start: date.truncate(t: -3h, unit: 1h), stop: date.truncate(t: now(), unit: 1h))
  |> filter(fn: (r) => r._measurement == "reading")"""
    + _ROLL_UP
    + _HOURS
)
"""What the server runs each hour: the last three whole hours. Needs `date`."""

/** A clock that never goes back; a file of its own, because the shared worker must not start the screen's tick. */

/** Milliseconds of a clock that never goes back; for silences and intervals. */
export function steadyNow(): number {
  return performance.now();
}

/** Calls that come in: which of them are offered, and until when. */
import type { IncomingCall } from '../live/messages';

/** Nobody lets a telephone ring for longer; by then it is in the list of calls. */
export const OFFERED_MS = 120_000;

/** `calls` with `call` in front; a stream that comes back says the latest again. */
export function withCall(calls: readonly IncomingCall[], call: IncomingCall): readonly IncomingCall[] {
  return calls.some((known) => known.id === call.id) ? calls : [call, ...calls].slice(0, 20);
}

/** The calls to offer at `now`: young ones of this desk that nobody here has looked at. */
export function offeredCalls(
  calls: readonly IncomingCall[],
  seen: ReadonlySet<number>,
  own: ReadonlySet<string> | null,
  now: number,
): readonly IncomingCall[] {
  return calls.filter(
    (call) =>
      !seen.has(call.id) &&
      now - Date.parse(call.at) < OFFERED_MS &&
      (own === null || call.organisation_id === null || own.has(call.organisation_id)),
  );
}

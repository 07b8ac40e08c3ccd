/** The script, the calls and the people on their way of the alert on the screen. */
import { useCallback } from 'react';
import type { Assignment, Assignments, Call, CallPage, Script } from '../api/types';
import { useRead } from './useRead';

const EVERY_MS = 15_000;

export type Dispatch = {
  script: Script | null;
  calls: CallPage | null;
  assignments: readonly Assignment[];
  again: () => void;
};

/** `mark`: changes whenever the alert or its timeline does. */
export function useDispatch(alertId: string | null, mark: string): Dispatch {
  const path = (part: string) => (alertId === null ? null : `/alerts/${encodeURIComponent(alertId)}/${part}`);
  const script = useRead<Script>(path('script'), mark, EVERY_MS);
  const calls = useRead<CallPage>(path('calls'), mark, EVERY_MS);
  const assignments = useRead<Assignments>(path('assignments'), mark, EVERY_MS);
  const readers = [script.again, calls.again, assignments.again] as const;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them never changes
  const again = useCallback(() => {
    for (const read of readers) read();
  }, []);
  return {
    script: script.value,
    calls: calls.value,
    assignments: assignments.value?.items ?? [],
    again,
  };
}

/** The call of mine whose result is still to be said: the latest of them. */
export function openCall(calls: CallPage | null, staffId: string): Call | null {
  const mine = (calls?.items ?? []).filter((call) => call.state === 'dialling' && call.by.id === staffId);
  return mine[mine.length - 1] ?? null;
}

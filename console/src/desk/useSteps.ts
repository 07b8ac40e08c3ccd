/** Sends the operator's steps, one after the other for each alert, and keeps what the backend said of them. */
import { useCallback, useRef, useState } from 'react';
import { type Action, perform } from '../api/actions';
import type { AlertDetail } from '../api/types';
import type { Failure, StepName, Withheld } from './failure';

export type Steps = {
  pending: Readonly<Record<string, StepName>>;
  failures: Readonly<Record<string, Failure>>;
  send: (alertId: string, action: Action) => Promise<boolean>;
  /** Any other step: `task` throws what the backend says against it. */
  run: (alertId: string, name: StepName, task: () => Promise<unknown>) => Promise<boolean>;
  withhold: (alertId: string, name: StepName, why: Withheld) => void;
  /** The failure as it is now, for callers outside of rendering. */
  failureOf: (alertId: string) => Failure | undefined;
};

export function useSteps(answered: (alert: AlertDetail) => void, refused: () => void): Steps {
  const [pending, setPending] = useState<Record<string, StepName>>({});
  const [failures, setFailures] = useState<Record<string, Failure>>({});

  const latest = useRef(new Map<string, Failure>());

  const fail = useCallback((alertId: string, failure: Failure | null) => {
    if (failure === null) latest.current.delete(alertId);
    else latest.current.set(alertId, failure);
    setFailures(({ [alertId]: _, ...others }) =>
      failure === null ? others : { ...others, [alertId]: failure },
    );
  }, []);

  const runNow = useCallback(
    async (alertId: string, name: StepName, task: () => Promise<unknown>) => {
      setPending((known) => ({ ...known, [alertId]: name }));
      fail(alertId, null);
      try {
        await task();
        return true;
      } catch (error) {
        fail(alertId, { action: name, error });
        refused(); // somebody else was faster, or we know too little: look again
        return false;
      } finally {
        setPending(({ [alertId]: _, ...others }) => others);
      }
    },
    [refused, fail],
  );

  // Keys come faster than answers: a step waits for the one before it, and is dropped when that one failed.
  const turns = useRef(new Map<string, Promise<boolean>>());
  const run = useCallback(
    async (alertId: string, name: StepName, task: () => Promise<unknown>) => {
      const before = turns.current.get(alertId) ?? Promise.resolve(true);
      const turn = before.then((succeeded) => succeeded && runNow(alertId, name, task));
      turns.current.set(alertId, turn);
      const succeeded = await turn;
      if (turns.current.get(alertId) === turn) turns.current.delete(alertId);
      return succeeded;
    },
    [runNow],
  );
  const send = useCallback(
    (alertId: string, action: Action) =>
      run(alertId, action.name, async () => answered(await perform(alertId, action))),
    [run, answered],
  );

  const withhold = useCallback(
    (alertId: string, name: StepName, why: Withheld) => fail(alertId, { action: name, error: why }),
    [fail],
  );
  const failureOf = useCallback((alertId: string) => latest.current.get(alertId), []);
  return { pending, failures, send, run, withhold, failureOf };
}

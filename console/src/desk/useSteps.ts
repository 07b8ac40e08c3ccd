/** Sends the operator's steps, one after the other for each alert, and keeps what the backend said of them. */
import { useCallback, useRef, useState } from 'react';
import { type Action, type ActionName, perform } from '../api/actions';
import type { AlertDetail } from '../api/types';
import type { Failure, Withheld } from './failure';

export type Steps = {
  pending: Readonly<Record<string, ActionName>>;
  failures: Readonly<Record<string, Failure>>;
  send: (alertId: string, action: Action) => Promise<boolean>;
  withhold: (alertId: string, action: ActionName, why: Withheld) => void;
  /** The failure as it is now, for callers outside of rendering. */
  failureOf: (alertId: string) => Failure | undefined;
};

export function useSteps(answered: (alert: AlertDetail) => void, refused: () => void): Steps {
  const [pending, setPending] = useState<Record<string, ActionName>>({});
  const [failures, setFailures] = useState<Record<string, Failure>>({});

  const latest = useRef(new Map<string, Failure>());

  const fail = useCallback((alertId: string, failure: Failure | null) => {
    if (failure === null) latest.current.delete(alertId);
    else latest.current.set(alertId, failure);
    setFailures(({ [alertId]: _, ...others }) =>
      failure === null ? others : { ...others, [alertId]: failure },
    );
  }, []);

  const sendNow = useCallback(
    async (alertId: string, action: Action) => {
      setPending((known) => ({ ...known, [alertId]: action.name }));
      fail(alertId, null);
      try {
        answered(await perform(alertId, action));
        return true;
      } catch (error) {
        fail(alertId, { action: action.name, error });
        refused(); // somebody else was faster, or we know too little: look again
        return false;
      } finally {
        setPending(({ [alertId]: _, ...others }) => others);
      }
    },
    [answered, refused, fail],
  );

  // Keys come faster than answers: a step waits for the one before it, and is dropped when that one failed.
  const turns = useRef(new Map<string, Promise<boolean>>());
  const send = useCallback(
    async (alertId: string, action: Action) => {
      const before = turns.current.get(alertId) ?? Promise.resolve(true);
      const turn = before.then((succeeded) => succeeded && sendNow(alertId, action));
      turns.current.set(alertId, turn);
      const succeeded = await turn;
      if (turns.current.get(alertId) === turn) turns.current.delete(alertId);
      return succeeded;
    },
    [sendNow],
  );

  const withhold = useCallback(
    (alertId: string, action: ActionName, why: Withheld) => fail(alertId, { action, error: why }),
    [fail],
  );
  const failureOf = useCallback((alertId: string) => latest.current.get(alertId), []);
  return { pending, failures, send, withhold, failureOf };
}

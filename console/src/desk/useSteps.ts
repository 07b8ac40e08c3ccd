/** Sends the operator's steps, one at a time for each alert, and keeps what the backend said of them. */
import { useCallback, useState } from 'react';
import { type Action, type ActionName, perform } from '../api/actions';
import { Problem } from '../api/client';
import type { AlertDetail } from '../api/types';
import { clockTime } from '../clock/format';
import type { Texts } from '../i18n/texts';

/** A step that did not succeed. `error`: what `perform` threw, or why it was not even sent. */
export type Failure = { action: ActionName; error: unknown };
export type Withheld = 'taken' | 'not_allowed';

export type Steps = {
  pending: Readonly<Record<string, ActionName>>;
  failures: Readonly<Record<string, Failure>>;
  send: (alertId: string, action: Action) => Promise<boolean>;
  withhold: (alertId: string, action: ActionName, why: Withheld) => void;
};

export function useSteps(answered: (alert: AlertDetail) => void, refused: () => void): Steps {
  const [pending, setPending] = useState<Record<string, ActionName>>({});
  const [failures, setFailures] = useState<Record<string, Failure>>({});

  const fail = useCallback((alertId: string, failure: Failure | null) => {
    setFailures(({ [alertId]: _, ...others }) =>
      failure === null ? others : { ...others, [alertId]: failure },
    );
  }, []);

  const send = useCallback(
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

  const withhold = useCallback(
    (alertId: string, action: ActionName, why: Withheld) => fail(alertId, { action, error: why }),
    [fail],
  );
  return { pending, failures, send, withhold };
}

/** A failure in words, honest about what is not known. */
export function failureWords({ action, error }: Failure, { t, find }: Texts): string {
  const name = t(`action.${action}`);
  if (error === 'taken') return t('action.taken');
  if (error === 'not_allowed') return t('action.not_allowed', { action: name });
  if (!(error instanceof Problem)) return t('problem.unreachable', { action: name });
  const holder = error.body.holder as { name?: string } | undefined;
  const since = error.body.since;
  if (error.code === 'already_accepted' && holder?.name !== undefined && typeof since === 'string') {
    return t('problem.already_accepted', { name: holder.name, time: clockTime(since) });
  }
  return find('problem', error.code) ?? t('problem.refused', { action: name, why: error.words });
}

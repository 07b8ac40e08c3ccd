/** The card's details of the selected alert, read again whenever the alert changes and now and then besides. */
import { useCallback, useEffect, useState } from 'react';
import { call } from '../api/client';
import type { AlertDetail } from '../api/types';

/** A terminal's confirmation may come without a change of the alert itself. */
const LOOK_AGAIN_MS = 10_000;

export type Details = {
  detail: AlertDetail | null;
  failed: boolean;
  keep: (detail: AlertDetail) => void;
  retry: () => void;
};

/** `mark`: changes whenever the queue's row does, and then the details are out of date. */
export function useDetail(alertId: string | null, mark: string): Details {
  const [details, setDetails] = useState<Readonly<Record<string, AlertDetail>>>({});
  const [failed, setFailed] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  const keep = useCallback((detail: AlertDetail) => {
    setFailed(null);
    setDetails((known) => {
      const before = known[detail.id];
      return before !== undefined && before.version > detail.version
        ? known
        : { ...known, [detail.id]: detail };
    });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `mark` and `attempt` say when to read again
  useEffect(() => {
    if (alertId === null) return;
    let current = true;
    const read = () => {
      call<AlertDetail>('GET', `/alerts/${encodeURIComponent(alertId)}`).then(
        (detail) => current && keep(detail),
        () => current && setFailed(alertId),
      );
    };
    read();
    const timer = setInterval(read, LOOK_AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [alertId, mark, attempt, keep]);

  const detail = alertId === null ? null : (details[alertId] ?? null);
  return {
    detail,
    failed: failed === alertId && alertId !== null,
    keep,
    retry: () => setAttempt((n) => n + 1),
  };
}

/** What the backend says at a path, read again whenever it may have changed and now and then besides. */
import { useCallback, useEffect, useState } from 'react';
import { call } from '../api/client';

export type Read<T> = { value: T | null; failed: boolean; again: () => void };

/** `path` null: nothing is read. `mark`: read again when it changes. The last answer of the same path stays shown. */
export function useRead<T>(path: string | null, mark: string, everyMs: number): Read<T> {
  const [answer, setAnswer] = useState<{ path: string; value: T | null; failed: boolean } | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `mark` and `attempt` say when to read again
  useEffect(() => {
    if (path === null) return;
    let current = true;
    const read = () => {
      call<T>('GET', path).then(
        (value) => current && setAnswer({ path, value, failed: false }),
        () =>
          current &&
          setAnswer((known) => ({ path, value: known?.path === path ? known.value : null, failed: true })),
      );
    };
    read();
    const timer = setInterval(read, everyMs);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [path, mark, attempt, everyMs]);

  const again = useCallback(() => setAttempt((n) => n + 1), []);
  const mine = answer !== null && answer.path === path ? answer : null;
  return { value: mine?.value ?? null, failed: mine?.failed ?? false, again };
}

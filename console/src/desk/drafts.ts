/** Notes that are being written: kept in this browser by alert until they are sent, so that a reload costs no word. */
import { useCallback, useState } from 'react';

const PREFIX = 'care.draft.';

export function forgetDrafts(): void {
  const ours = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  for (const name of ours) localStorage.removeItem(name);
}

/** The draft of `alertId` and how to change it; an empty text removes it. */
export function useDraft(alertId: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => localStorage.getItem(PREFIX + alertId) ?? '');
  const change = useCallback(
    (next: string) => {
      setText(next);
      if (next === '') localStorage.removeItem(PREFIX + alertId);
      else localStorage.setItem(PREFIX + alertId, next);
    },
    [alertId],
  );
  return [text, change];
}

/** Which dialog is open, and for which alert: it never acts on another one, wherever the selection has gone since. */
import { useCallback, useRef, useState } from 'react';

/** A closing that waits until it is known to which hospital the person is taken; `handedOver`: now it is. */
export type CloseDraft = { outcome: string; note: string; seenBy: string; handedOver: boolean };

export type OpenDialog =
  | { name: 'en-route' | 'transfer' | 'call'; alertId: string }
  | { name: 'dispatch'; alertId: string; responder?: string }
  | { name: 'close' | 'hand-over'; alertId: string; draft?: CloseDraft }
  | { name: 'assignment'; alertId: string; assignmentId: string }
  | { name: 'incoming'; alertId: null; callId: number }
  | { name: 'help'; alertId: null }
  | { name: 'to-call'; alertId: null };

export type DialogHandle = {
  dialog: OpenDialog | null;
  open: (dialog: OpenDialog) => void;
  close: () => void;
  /** For callers outside of rendering. */
  isOpen: () => boolean;
};

export function useDialog(): DialogHandle {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const latest = useRef<OpenDialog | null>(null);
  const show = useCallback((next: OpenDialog | null) => {
    latest.current = next;
    setDialog(next);
  }, []);
  return {
    dialog,
    open: show,
    close: useCallback(() => show(null), [show]),
    isOpen: useCallback(() => latest.current !== null, []),
  };
}

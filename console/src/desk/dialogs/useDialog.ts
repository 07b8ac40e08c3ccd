/** Which dialog is open, and for which alert: it never acts on another one, wherever the selection has gone since. */
import { useCallback, useRef, useState } from 'react';

export type DialogName = 'dispatch' | 'en-route' | 'transfer' | 'close' | 'help';
export type OpenDialog = { name: DialogName; alertId: string | null };

export type DialogHandle = {
  dialog: OpenDialog | null;
  open: (name: DialogName, alertId: string | null) => void;
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
    open: useCallback((name, alertId) => show({ name, alertId }), [show]),
    close: useCallback(() => show(null), [show]),
    isOpen: useCallback(() => latest.current !== null, []),
  };
}

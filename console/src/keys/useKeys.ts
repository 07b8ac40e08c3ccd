/** Listens to the keyboard for the whole page. */
import { useEffect, useEffectEvent } from 'react';
import { type Command, commandOf } from './table';

/** Whether the caret is where letters are text. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Calls `run` for each key of the table; nothing while `off` (a dialog has the keyboard). */
export function useKeys(run: (command: Command, key: string) => void, off: boolean): void {
  const handle = useEffectEvent((press: KeyboardEvent) => {
    if (off) return;
    const command = commandOf(press, isField(press.target));
    if (command === null) return;
    press.preventDefault();
    run(command, press.key);
  });
  useEffect(() => {
    const listener = (press: KeyboardEvent) => handle(press);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

/** Which key does what: the one table behind the handler, the labels on the buttons and the help overlay. */
import type { Key } from '../i18n/zh';

export type Command =
  | 'up'
  | 'down'
  | 'newest'
  | 'accept'
  | 'dispatch'
  | 'en-route'
  | 'arrived'
  | 'close'
  | 'transfer'
  | 'notes'
  | 'call'
  | 'result'
  | 'script'
  | 'hand-over'
  | 'tried'
  | 'to-call'
  | 'incoming'
  | 'help'
  | 'escape';

export type Binding = {
  command: Command;
  /** As `KeyboardEvent.key`; letters in lower case. */
  keys: readonly string[];
  /** As `KeyboardEvent.code`, for when an input method swallows the letter. */
  code?: string;
  shown: string;
  label: Key;
};

export const BINDINGS: readonly Binding[] = [
  { command: 'up', keys: ['ArrowUp'], shown: '↑', label: 'key.up' },
  { command: 'down', keys: ['ArrowDown'], shown: '↓', label: 'key.down' },
  { command: 'accept', keys: ['a'], code: 'KeyA', shown: 'A', label: 'key.accept' },
  { command: 'dispatch', keys: ['d'], code: 'KeyD', shown: 'D', label: 'key.dispatch' },
  { command: 'en-route', keys: ['e'], code: 'KeyE', shown: 'E', label: 'key.en_route' },
  { command: 'arrived', keys: ['r'], code: 'KeyR', shown: 'R', label: 'key.arrived' },
  { command: 'close', keys: ['c'], code: 'KeyC', shown: 'C', label: 'key.close' },
  { command: 'transfer', keys: ['t'], code: 'KeyT', shown: 'T', label: 'key.transfer' },
  { command: 'notes', keys: ['n'], code: 'KeyN', shown: 'N', label: 'key.note' },
  { command: 'call', keys: ['p'], code: 'KeyP', shown: 'P', label: 'key.call' },
  { command: 'result', keys: ['1', '2', '3', '4', '5', '6'], shown: '1–6', label: 'key.result' },
  { command: 'script', keys: ['s'], code: 'KeyS', shown: 'S', label: 'key.script' },
  { command: 'hand-over', keys: ['h'], code: 'KeyH', shown: 'H', label: 'key.hand_over' },
  { command: 'tried', keys: ['w'], code: 'KeyW', shown: 'W', label: 'key.tried' },
  { command: 'to-call', keys: ['m'], code: 'KeyM', shown: 'M', label: 'key.to_call' },
  { command: 'incoming', keys: ['i'], code: 'KeyI', shown: 'I', label: 'key.incoming' },
  { command: 'newest', keys: ['g'], code: 'KeyG', shown: 'G', label: 'key.newest' },
  { command: 'help', keys: ['?', '？'], shown: '?', label: 'key.help' },
  { command: 'escape', keys: ['Escape'], shown: 'Esc', label: 'key.escape' },
];

export type Press = {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  repeat: boolean;
};

/** The command of a key press, or null. `inField`: the caret is in an input, where only Esc is ours. */
export function commandOf(press: Press, inField: boolean): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
  if (inField) return press.key === 'Escape' ? 'escape' : null;
  const swallowed = press.key === 'Process' || press.key === 'Unidentified';
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const found = BINDINGS.find((row) => row.keys.includes(key) || (swallowed && row.code === press.code));
  if (found === undefined) return null;
  const moves = found.command === 'up' || found.command === 'down';
  return press.repeat && !moves ? null : found.command; // a key held down accepts one alert, not two
}

/** What stands on the key of `command`. */
export function shownKey(command: Command): string {
  return BINDINGS.find((row) => row.command === command)?.shown ?? '';
}

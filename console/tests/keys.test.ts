import { describe, expect, it } from 'vitest';
import { BINDINGS, commandOf, type Press } from '../src/keys/table';

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  repeat: false,
  ...change,
});

describe('the keys', () => {
  it('each do one thing', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('accept with A, in either case, and behind an input method', () => {
    expect(commandOf(press('a'), false)).toBe('accept');
    expect(commandOf(press('A'), false)).toBe('accept');
    expect(commandOf(press('Process', { code: 'KeyA' }), false)).toBe('accept');
  });

  it.each(BINDINGS.filter((row) => row.code))('trigger nothing while text is typed: $shown', (binding) => {
    expect(commandOf(press(binding.keys[0] as string), true)).toBeNull();
  });

  it('leave the browser its own shortcuts and the input method its letters', () => {
    expect(commandOf(press('c', { ctrlKey: true }), false)).toBeNull();
    expect(commandOf(press('a', { isComposing: true }), false)).toBeNull();
    expect(commandOf(press('F5'), false)).toBeNull();
  });

  it('held down move the selection, but take no step twice', () => {
    expect(commandOf(press('ArrowDown', { repeat: true }), false)).toBe('down');
    expect(commandOf(press('a', { repeat: true }), false)).toBeNull();
  });
});

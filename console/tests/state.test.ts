import { describe, expect, it } from 'vitest';
import { queueOf } from '../src/desk/queue';
import { type DeskState, EMPTY, type Happening, reduce } from '../src/desk/state';
import { alertOf, CLOSED, HELD } from './alerts';

const NOW = 1_000_000;
const listed = (...ids: string[]): Happening => ({
  kind: 'listed',
  items: ids.map((id) => alertOf(id)),
  streamId: 1,
  busy: false,
  now: NOW,
});
const changed = (alert: ReturnType<typeof alertOf>, busy = false): Happening => ({
  kind: 'changed',
  alert,
  busy,
  now: NOW,
});
const play = (...happenings: Happening[]): DeskState => happenings.reduce(reduce, EMPTY);

describe('a new alert', () => {
  it('is opened by itself', () => {
    expect(play(listed(), changed(alertOf('a'))).selectedId).toBe('a');
  });

  it('waits in the banner while the operator is busy, and leaves it when opened', () => {
    const busy = play(listed('a'), changed(alertOf('b'), true));
    expect([busy.selectedId, busy.arrivals]).toEqual(['a', ['b']]);
    expect(reduce(busy, { kind: 'selected', id: 'b' }).arrivals).toEqual([]);
  });

  it('leaves the banner when somebody else has it', () => {
    const busy = play(listed('a'), changed(alertOf('b'), true), changed(alertOf('b', HELD), true));
    expect(busy.arrivals).toEqual([]);
  });

  it('says when it took the selection from another open one, so that a key meant for that does nothing', () => {
    expect(play(listed('a'), changed(alertOf('b'))).takenAt).toBe(NOW);
    expect(play(listed(), changed(alertOf('b'))).takenAt).toBeNull();
  });

  it('is found in the list after a break as well', () => {
    const back = play(listed('a'), { kind: 'list_failed' }, listed('a', 'b'));
    expect([back.selectedId, back.list]).toEqual(['b', 'loaded']);
  });
});

describe('the first list', () => {
  it('selects the most urgent and announces nothing', () => {
    const state = play(listed('a', 'b'));
    expect([state.selectedId, state.arrivals, state.takenAt]).toEqual(['a', [], null]);
  });

  it('that cannot be read is said, and a list that was there stays', () => {
    expect(play({ kind: 'list_failed' }).list).toBe('failed');
    expect(play(listed('a'), { kind: 'list_failed' }).list).toBe('loaded');
  });
});

describe('closing', () => {
  it('by oneself opens the next that waits', () => {
    const state = play(listed('a', 'b'), { kind: 'answered', alert: alertOf('a', CLOSED) });
    expect([state.selectedId, Object.keys(state.alerts)]).toEqual(['b', ['b']]);
  });

  it('by somebody else keeps the card on the screen, out of the queue', () => {
    const state = play(listed('a', 'b'), changed(alertOf('a', CLOSED)), listed('b'));
    expect(state.selectedId).toBe('a');
    expect(state.alerts.a?.handling).toBe('closed');
  });

  it('that only the list tells of takes the alert out of the queue, not off the screen', () => {
    const state = play(listed('a', 'b'), { kind: 'listed', items: [], streamId: 9, busy: false, now: NOW });
    expect([state.selectedId, queueOf(state.alerts)]).toEqual(['a', []]);
  });
});

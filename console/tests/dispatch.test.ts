import { describe, expect, it } from 'vitest';
import type { Call, Notice, Organisation, TimelineEntry } from '../src/api/types';
import { nearestMoment, typedTime } from '../src/clock/typed';
import { reasonWords } from '../src/desk/card/entryWords';
import { triedOf } from '../src/desk/card/tried';
import { offeredCalls, withCall } from '../src/desk/incoming';
import { leaseOf, warnedIds } from '../src/desk/lease';
import { isOurs, organisationsOf } from '../src/desk/useOrganisations';
import { textsOf } from '../src/i18n/texts';
import type { IncomingCall } from '../src/live/messages';
import { alertOf, HELD } from './alerts';

const NOW = Date.parse('2026-11-24T03:12:45.000Z');
const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe('a time that is typed', () => {
  it('is the nearest moment of that name', () => {
    const noon = new Date(2026, 10, 24, 0, 10).getTime();
    expect(nearestMoment('23:50', noon)).toBe(new Date(2026, 10, 23, 23, 50).toISOString());
    expect(nearestMoment('0030', noon)).toBe(new Date(2026, 10, 24, 0, 30).toISOString());
    expect(typedTime(nearestMoment('3：07', noon) ?? '')).toBe('03:07');
  });

  it('is nothing where it is no time', () => {
    expect([nearestMoment('25:00', NOW), nearestMoment('noon', NOW), nearestMoment('', NOW)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a lease', () => {
  it('is warned of at two thirds, on the way by its minutes', () => {
    const held = (change: object) => leaseOf(alertOf('a', { ...HELD, ...change }), NOW)?.warned;
    expect([held({ lease_until: later(101) }), held({ lease_until: later(100) })]).toEqual([false, true]);
    const onTheWay = { handling: 'en_route' as const, eta_minutes: 20 };
    expect(held({ ...onTheWay, lease_until: later(601) })).toBe(false);
    expect(held({ ...onTheWay, lease_until: later(599) })).toBe(true);
  });

  it('reminds its holder alone', () => {
    const ends = { ...HELD, lease_until: later(10) };
    const queue = [
      alertOf('mine', ends),
      alertOf('other', { ...ends, holder: { id: 'x', name: 'X' } }),
      alertOf('calm'),
    ];
    expect(warnedIds(queue, 'me', NOW)).toBe('mine');
  });
});

describe('what a desk shows', () => {
  const row = (id: string, parent: string | null) => ({ id, parent_id: parent, name: id }) as Organisation;
  const tree = [
    row('district', null),
    row('town', 'district'),
    row('village', 'town'),
    row('other', 'district'),
  ];
  const of = (id: string) => alertOf(id, { organisation: { id, name: id } });

  it('is its own, what is below it, and what was offered to it', () => {
    const { own } = organisationsOf(tree, 'town');
    expect(['town', 'village', 'other'].map((id) => isOurs(of(id), own))).toEqual([true, true, false]);
    expect(isOurs({ ...of('other'), offered_to: ['village'] }, own)).toBe(true);
    expect(isOurs(alertOf('unknown'), own)).toBe(false);
  });

  it('is everything for the district, for somebody without an organisation, and while the tree is not known', () => {
    for (const id of ['district', null, 'gone']) expect(organisationsOf(tree, id).own).toBeNull();
    expect(isOurs(alertOf('unknown'), null)).toBe(true);
  });
});

describe('a call that comes in', () => {
  const call = (id: number, change: Partial<IncomingCall> = {}): IncomingCall => ({
    id,
    at: later(-5),
    caller: '139****1003',
    caller_kind: 'resident',
    home_id: null,
    home_label: null,
    alert_id: null,
    organisation_id: 'town',
    ...change,
  });

  it('is offered once, however often the stream says it', () => {
    const calls = withCall(withCall(withCall([], call(1)), call(2)), call(1));
    expect(calls.map((one) => one.id)).toEqual([2, 1]);
    expect(offeredCalls(calls, new Set([2]), null, NOW).map((one) => one.id)).toEqual([1]);
  });

  it('is not offered when it is old or for another desk', () => {
    const calls = [call(1, { at: later(-300) }), call(2, { organisation_id: 'other' })];
    expect(offeredCalls(calls, new Set(), new Set(['town']), NOW)).toEqual([]);
  });
});

describe('what was tried', () => {
  const entry = (id: number, kind: string, reason = '', seconds = 0): TimelineEntry => ({
    id,
    at: later(seconds),
    kind,
    actor: { kind: 'system', id: 'platform', name: '' },
    source: '',
    reason,
    detail: {},
  });

  it('is in order, with calls and each attempt, and leaves out what brings nobody', () => {
    const attempt = { began_at: later(2), result: 'permanent', receipt: null };
    const notice = {
      id: 'n',
      state: 'failed',
      created_at: later(1),
      attempts: [attempt],
    } as unknown as Notice;
    const call = { id: 'c', began_at: later(3), result: null } as Call;
    const rows = triedOf(
      [entry(1, 'raised'), entry(2, 'script_step'), entry(3, 'step_skipped', '', 1)],
      [notice],
      [call],
    );
    expect(rows.map((row) => [row.kind, row.tone])).toEqual([
      ['call', 'open'],
      ['attempt', 'bad'],
      ['entry', 'bad'],
      ['entry', 'plain'],
    ]);
  });

  it('says why in words, and never a code as it is', () => {
    const english = textsOf('en');
    expect(reasonWords(entry(1, 'notice_failed', 'timeout'), english)).toBe('the provider took too long');
    expect(reasonWords(entry(1, 'notice_failed', 'errcode_45009'), english)).toBe('errcode 45009');
    expect(reasonWords(entry(1, 'script_step', 'broken_by water'), english)).toBe('broken_by water');
    expect(reasonWords(entry(1, 'ended_told', 'closed'), english)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { Problem, Unreachable } from '../src/api/client';
import { largestUnit, stopwatchText } from '../src/clock/format';
import { stepWords } from '../src/desk/card/entryWords';
import { spaced } from '../src/desk/card/Phone';
import { minutesOf } from '../src/desk/dialogs/EnRouteDialog';
import { failureWords } from '../src/desk/failure';
import { textsOf } from '../src/i18n/texts';

const ENGLISH = textsOf('en');
const WORDS = { eventType: (code: string) => code, outcome: () => 'Helped by phone', outcomes: [] };
const ACTOR = { kind: 'staff', id: 'me', name: 'Me' };

describe('times', () => {
  it('tick without jumping', () => {
    expect([
      stopwatchText(42_000),
      stopwatchText(725_000),
      stopwatchText(3_723_000),
      stopwatchText(-5),
    ]).toEqual(['0:42', '12:05', '1:02:03', '0:00']);
  });

  it('are never rounded up', () => {
    expect(largestUnit(479_999)).toEqual({ unit: 'minutes', value: 7 });
    expect(ENGLISH.span(90_000_000)).toBe('1 d');
  });
});

describe('a failure in words', () => {
  it('says who has it and since when', () => {
    const body = { holder: { id: 'x', name: '何建军' }, since: '2026-11-24T03:12:45Z' };
    const words = failureWords(
      { action: 'accept', error: new Problem(409, 'already_accepted', body) },
      ENGLISH,
    );
    expect(words).toMatch(/^何建军 has it since \d\d:12:45$/);
  });

  it('admits that it does not know when no answer came', () => {
    expect(failureWords({ action: 'arrived', error: new Unreachable() }, ENGLISH)).toContain(
      'may or may not',
    );
  });

  it('passes on what the backend says of anything else', () => {
    const error = new Problem(409, 'illegal_transition', {
      title: 'Not possible now',
      detail: 'It is closed',
    });
    expect(failureWords({ action: 'close', error }, ENGLISH)).toContain('Not possible now — It is closed');
  });
});

describe('a step in words', () => {
  it('names the outcome, the note and who has seen the person', () => {
    const detail = { outcome: 'no_answer', text: 'asleep', seen_by: '沈国良' };
    const entry = { id: 1, at: '', kind: 'closed', actor: ACTOR, source: 'console', reason: '', detail };
    expect(stepWords(entry, ENGLISH, WORDS)).toBe(
      'Closed: Helped by phone · asleep · 沈国良 has seen the person',
    );
  });

  it('shows a kind that this console does not know', () => {
    const entry = { id: 1, at: '', kind: 'teleported', actor: ACTOR, source: '', reason: '', detail: {} };
    expect(stepWords(entry, ENGLISH, WORDS)).toBe('teleported');
  });
});

describe('small things', () => {
  it('minutes are whole and 1 to 600', () => {
    expect([
      minutesOf('8'),
      minutesOf('600'),
      minutesOf('0'),
      minutesOf('601'),
      minutesOf('8.5'),
      minutesOf(''),
    ]).toEqual([8, 600, null, null, null, null]);
  });

  it('mobile numbers are read in threes and fours', () => {
    expect([spaced('13800001234'), spaced('0580-6600100')]).toEqual(['138 0000 1234', '0580-6600100']);
  });
});

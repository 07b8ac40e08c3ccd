/** Who was asked to go, how far they are, and a way to write down what they say on the phone. */
import { Button } from '@mantine/core';
import type { Assignment } from '../../api/types';
import { clockTime } from '../../clock/format';
import { useNow } from '../../clock/time';
import { type Texts, useTexts } from '../../i18n/texts';
import { canSay } from '../dialogs/AssignmentDialog';

const MARKS: Readonly<Record<string, string>> = {
  offered: '…',
  opened: '…',
  held: '⏸',
  accepted: '✓',
  en_route: '→',
  arrived: '●',
  done: '✔',
  passed: '✗',
  stood_down: '–',
  expired: '–',
};

type Props = { assignments: readonly Assignment[]; open: boolean; say: (assignmentId: string) => void };

export function AssignmentsPart({ assignments, open, say }: Props) {
  const texts = useTexts();
  const { t, find } = texts;
  const now = useNow();
  if (assignments.length === 0) return null;
  return (
    <section className="part" data-testid="assignments">
      <h4>{t('assignment.title')}</h4>
      <ul className="assignments">
        {assignments.map((one) => (
          <li key={one.id} data-assignment={one.id} data-state={one.state}>
            <span aria-hidden="true" className="answer-mark">
              {MARKS[one.state] ?? '?'}
            </span>
            <span className="assignment-what">
              <strong>{one.name}</strong> {find('assignment', one.state) ?? one.state}
              <span className="script-note">{facts(one, now, texts)}</span>
              {one.overdue > 0 && <strong className="overdue"> {t('assignment.silent')}</strong>}
            </span>
            {open && canSay(one) && (
              <Button size="compact-sm" variant="light" onClick={() => say(one.id)} data-say>
                {t('assignment.say')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function facts(one: Assignment, now: number, { t, span }: Texts): string {
  const since = one.arrived_at ?? one.accepted_at ?? one.opened_at ?? one.created_at;
  const parts = [clockTime(since)];
  if (one.state === 'en_route' && one.eta_at !== null) {
    const left = Date.parse(one.eta_at) - now;
    parts.push(
      t(left < 0 ? 'card.eta_over' : 'card.eta', { time: clockTime(one.eta_at), span: span(Math.abs(left)) }),
    );
  }
  if (one.by_hand !== null) parts.push(t('assignment.by', { name: one.by_hand }));
  if (one.note !== null) parts.push(one.note);
  return parts.join(' · ');
}

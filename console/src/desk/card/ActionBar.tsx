/** The steps in the order in which they are usually taken; only those that the backend allows now can be pressed. */
import { Button } from '@mantine/core';
import type { ActionName } from '../../api/actions';
import type { AlertSummary, Verb } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { type Command, shownKey } from '../../keys/table';
import type { StepName } from '../failure';

const ORDER: readonly ActionName[] = [
  'accept',
  'dispatch',
  'en-route',
  'arrived',
  'close',
  'transfer',
  'notes',
];

/** The backend's verb for each action of the API. */
export const VERBS: Readonly<Record<ActionName, Verb>> = {
  accept: 'accept',
  dispatch: 'dispatch',
  'en-route': 'en_route',
  arrived: 'arrived',
  close: 'close',
  transfer: 'hand_over',
  notes: 'note',
};

const NEXT: Readonly<Record<AlertSummary['handling'], ActionName | null>> = {
  new: 'accept',
  accepted: 'dispatch',
  dispatched: 'en-route',
  en_route: 'arrived',
  arrived: 'close',
  closed: null,
};

/** What else the card does; a terminal can be called before anybody has accepted. */
export type Extra = Extract<Command, 'call' | 'hand-over' | 'tried'>;
const EXTRAS: readonly Extra[] = ['call', 'hand-over', 'tried'];

export type ActionBarProps = {
  handling: AlertSummary['handling'];
  allowed: readonly Verb[];
  pending: StepName | null;
  problem: string | null;
  /** Whether what was tried is shown. */
  tried: boolean;
  act: (action: ActionName) => void;
  more: (extra: Extra) => void;
};

export function ActionBar(props: ActionBarProps) {
  const { handling, allowed, pending, problem, tried, act, more } = props;
  const { t } = useTexts();
  const next = allowed.includes('accept') ? 'accept' : NEXT[handling];
  return (
    <div className="actions">
      <div className="actions-row" role="toolbar">
        {ORDER.map((action) => (
          <Button
            key={action}
            className="action"
            variant={action === next ? 'filled' : 'default'}
            disabled={!allowed.includes(VERBS[action])}
            loading={pending === action}
            onClick={() => act(action)}
            data-action={action}
          >
            {t(`action.${action}`)} <kbd>{shownKey(action)}</kbd>
          </Button>
        ))}
        {EXTRAS.map((extra) => (
          <Button
            key={extra}
            className="action"
            variant={extra === 'tried' && tried ? 'filled' : 'default'}
            loading={pending === extra}
            aria-pressed={extra === 'tried' ? tried : undefined}
            onClick={() => more(extra)}
            data-action={extra}
          >
            {t(`action.${extra}`)} <kbd>{shownKey(extra)}</kbd>
          </Button>
        ))}
      </div>
      {problem !== null && (
        <p className="actions-problem" role="alert" data-testid="problem">
          {problem}
        </p>
      )}
    </div>
  );
}

/** The steps in the order in which they are usually taken; only those that the backend allows now can be pressed. */
import { Button } from '@mantine/core';
import type { ActionName } from '../../api/actions';
import type { AlertSummary, Verb } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { shownKey } from '../../keys/table';

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

export type ActionBarProps = {
  handling: AlertSummary['handling'];
  allowed: readonly Verb[];
  pending: ActionName | null;
  problem: string | null;
  act: (action: ActionName) => void;
};

export function ActionBar({ handling, allowed, pending, problem, act }: ActionBarProps) {
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
      </div>
      {problem !== null && (
        <p className="actions-problem" role="alert" data-testid="problem">
          {problem}
        </p>
      )}
    </div>
  );
}

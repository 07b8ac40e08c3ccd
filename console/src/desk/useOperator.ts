/** What the operator's keys and buttons do, and when they do nothing. */
import type { ActionName } from '../api/actions';
import type { AlertSummary } from '../api/types';
import { serverNow } from '../clock/time';
import type { Command } from '../keys/table';
import { useKeys } from '../keys/useKeys';
import { VERBS } from './card/ActionBar';
import { NOTE_FIELD } from './card/NoteBox';
import type { DialogHandle } from './dialogs/useDialog';
import type { Withheld } from './failure';
import { neighbour } from './queue';
import { TAKEN_GUARD_MS } from './state';
import type { Details } from './useDetail';
import type { Steps } from './useSteps';

export type Situation = {
  queue: readonly AlertSummary[];
  /** Where `newest` goes: what came while the operator was busy, or the first that waits. */
  newest: AlertSummary | undefined;
  selected: AlertSummary | undefined;
  takenAt: number | null;
  details: Details;
  steps: Steps;
  dialogs: DialogHandle;
  select: (id: string) => void;
};

/** Why a step is not even sent, or null. While details are older than the row, only the backend knows: ask it. */
function withheld(alert: AlertSummary, name: ActionName, situation: Situation): Withheld | null {
  const { takenAt, details, steps } = situation;
  if (takenAt !== null && serverNow() - takenAt < TAKEN_GUARD_MS) return 'taken';
  const { detail } = details;
  const current = detail !== null && detail.version >= alert.version && steps.pending[alert.id] === undefined;
  return current && !detail.allowed.includes(VERBS[name]) ? 'not_allowed' : null;
}

/** Listens to the keys; answers with what the buttons of the card do. */
export function useOperator(situation: Situation): (name: ActionName) => void {
  const { queue, newest, selected, steps, dialogs, select } = situation;

  const act = (name: ActionName) => {
    if (selected === undefined || steps.pending[selected.id] === name) return;
    const why = withheld(selected, name, situation);
    if (why !== null) steps.withhold(selected.id, name, why);
    else if (name === 'notes') document.getElementById(NOTE_FIELD)?.focus();
    else if (name === 'accept' || name === 'arrived') void steps.send(selected.id, { name });
    else dialogs.open(name, selected.id);
  };

  const move = (id: string | null | undefined) => {
    if (id !== null && id !== undefined) select(id);
  };
  const run = (command: Command) => {
    if (command === 'up') move(neighbour(queue, selected?.id ?? null, -1));
    else if (command === 'down') move(neighbour(queue, selected?.id ?? null, 1));
    else if (command === 'newest') move(newest?.id);
    else if (command === 'help') dialogs.open('help', null);
    else if (command === 'escape') (document.activeElement as HTMLElement | null)?.blur();
    else act(command);
  };
  useKeys(run, dialogs.dialog !== null);
  return act;
}

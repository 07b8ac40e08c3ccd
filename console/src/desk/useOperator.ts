/** What the operator's keys and buttons do, and when they do nothing. */
import type { ActionName } from '../api/actions';
import type { AlertSummary, Call, CallResult } from '../api/types';
import { serverNow } from '../clock/time';
import type { Command } from '../keys/table';
import { useKeys } from '../keys/useKeys';
import { type Extra, VERBS } from './card/ActionBar';
import { RESULTS } from './card/CallBar';
import { NOTE_FIELD } from './card/NoteBox';
import { focusScript } from './card/ScriptPart';
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
  /** Another page is shown: no key may act on a card that nobody sees. */
  hidden: boolean;
  details: Details;
  steps: Steps;
  dialogs: DialogHandle;
  /** The call on the card whose result is still to be said. */
  call: Call | null;
  endCall: (callId: string, result: CallResult) => void;
  select: (id: string) => void;
  toggleTried: () => void;
  /** Looks at the call that comes in, if one does. */
  lookAtCall: () => void;
};

/** What a key does on every page. */
const EVERYWHERE: ReadonlySet<Command> = new Set(['newest', 'help', 'to-call', 'incoming', 'escape']);

export type Operator = { act: (name: ActionName) => void; more: (extra: Extra) => void };

/** A new alert has just taken the selection: what was pressed was meant for the one before. */
function justTaken({ takenAt }: Situation): boolean {
  return takenAt !== null && serverNow() - takenAt < TAKEN_GUARD_MS;
}

/** Why a step is not even sent, or null. While details are older than the row, only the backend knows: ask it. */
function withheld(alert: AlertSummary, name: ActionName, situation: Situation): Withheld | null {
  const { details, steps } = situation;
  if (justTaken(situation)) return 'taken';
  const { detail } = details;
  const current = detail !== null && detail.version >= alert.version && steps.pending[alert.id] === undefined;
  return current && !detail.allowed.includes(VERBS[name]) ? 'not_allowed' : null;
}

/** Listens to the keys; answers with what the buttons of the card do. */
export function useOperator(situation: Situation): Operator {
  const { queue, newest, selected, steps, dialogs, select, call } = situation;

  const act = (name: ActionName) => {
    if (selected === undefined || steps.pending[selected.id] === name) return;
    const why = withheld(selected, name, situation);
    if (why !== null) steps.withhold(selected.id, name, why);
    else if (name === 'notes') document.getElementById(NOTE_FIELD)?.focus();
    else if (name === 'accept' || name === 'arrived') void steps.send(selected.id, { name });
    else dialogs.open({ name, alertId: selected.id });
  };
  const more = (extra: Extra) => {
    if (selected === undefined) return;
    if (extra === 'tried') situation.toggleTried();
    else if (justTaken(situation)) steps.withhold(selected.id, extra, 'taken');
    else dialogs.open({ name: extra, alertId: selected.id });
  };

  const move = (id: string | null | undefined) => {
    if (id !== null && id !== undefined) select(id);
  };
  const result = (key: string) => {
    const said = RESULTS[Number(key) - 1];
    if (call !== null && said !== undefined && selected?.id === call.alert_id)
      situation.endCall(call.id, said);
  };
  const run = (command: Command, key: string) => {
    if (situation.hidden && !EVERYWHERE.has(command)) return;
    switch (command) {
      case 'up':
        return move(neighbour(queue, selected?.id ?? null, -1));
      case 'down':
        return move(neighbour(queue, selected?.id ?? null, 1));
      case 'newest':
        return move(newest?.id);
      case 'help':
      case 'to-call':
        return dialogs.open({ name: command, alertId: null });
      case 'escape':
        return (document.activeElement as HTMLElement | null)?.blur();
      case 'script':
        return focusScript();
      case 'result':
        return result(key);
      case 'incoming':
        return situation.lookAtCall();
      case 'call':
      case 'hand-over':
      case 'tried':
        return more(command);
      default:
        return act(command);
    }
  };
  useKeys(run, dialogs.dialog !== null);
  return { act, more };
}

/** What is done around an alert beside its own steps: calls, script, hand-over, people sent; each with its failure. */
import type { Action } from '../api/actions';
import { Unreachable } from '../api/client';
import { beginCall, dial, endCall, putHandOver, sayStep, sendOut, tickStep } from '../api/dispatch';
import type { CallBody } from '../api/types';
import type { Around } from './card/Card';
import type { Sending } from './dialogs/Dialogs';
import type { DialogHandle } from './dialogs/useDialog';
import { failedWith, type StepName, standingSteps } from './failure';
import type { Details } from './useDetail';
import type { Dispatch } from './useDispatch';
import type { Steps } from './useSteps';

type Needs = {
  selectedId: string | null;
  steps: Steps;
  details: Details;
  dispatch: Dispatch;
  dialogs: DialogHandle;
  again: () => void;
};

/** Nobody waits longer than this for the platform before the telephone dials. */
const DIAL_ALONE_MS = 3_000;

/**
 * Dials what the platform answers. Where it does not answer, `tel` is dialled all the same: a person comes before the
 * record, and the failure says that there is none.
 */
async function callOut(alertId: string, body: CallBody, tel: string | null): Promise<void> {
  let dialled = false;
  const dialOnce = (number: string | null) => {
    if (number !== null && !dialled) dial(number);
    dialled ||= number !== null;
  };
  const timer = setTimeout(() => dialOnce(tel), DIAL_ALONE_MS);
  try {
    dialOnce((await beginCall(alertId, body)).tel);
  } catch (error) {
    if (error instanceof Unreachable) dialOnce(tel);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** `around` is about the alert on the screen; `sending` about the one that the dialog was opened for. */
export function useAround(needs: Needs): { around: Around; sending: Sending } {
  const { selectedId, steps, details, dispatch, dialogs } = needs;

  /** Whatever came of it, what the card shows is read again. */
  const run = async (alertId: string, name: StepName, task: () => Promise<unknown>) => {
    const done = await steps.run(alertId, name, task);
    dispatch.again();
    details.retry();
    return done;
  };
  const call = (alertId: string, body: CallBody, tel: string | null) => {
    dialogs.close();
    void run(alertId, 'call', () => callOut(alertId, body, tel));
  };
  const asked = dialogs.dialog?.alertId ?? null;

  const send = async (action: Action) => {
    if (asked === null) return;
    if (action.name !== 'close') dialogs.close();
    // What is still to be done is asked for in the same dialog; any other failure is shown on the card.
    const done = await steps.send(asked, action);
    const failure = steps.failureOf(asked);
    if (action.name === 'close' && failedWith(failure, 'close', 'destination_unknown')) {
      const { outcome, note, seen_by } = action.body;
      const draft = { outcome, note: note ?? '', seenBy: seen_by ?? '', handedOver: false };
      return dialogs.open({ name: 'hand-over', alertId: asked, draft });
    }
    if (done || standingSteps(failure).length === 0) dialogs.close();
  };

  const around: Around = {
    call: (body, tel) => selectedId !== null && call(selectedId, body, tel),
    endCall: (callId, result) => {
      if (selectedId !== null) void run(selectedId, 'call-result', () => endCall(callId, result));
    },
    tick: (step, tick) => {
      if (selectedId !== null) void run(selectedId, 'script', () => tickStep(selectedId, step, tick));
    },
    say: (assignmentId) =>
      selectedId !== null && dialogs.open({ name: 'assignment', alertId: selectedId, assignmentId }),
  };
  const sending: Sending = {
    send: (action) => void send(action),
    call,
    sendOut: async (alertId, callee, text) => {
      dialogs.close();
      await run(alertId, 'send-out', () => sendOut(alertId, callee));
      // Nobody can be told by a message: they are asked by telephone, and it is written down by name.
      if (failedWith(steps.failureOf(alertId), 'send-out', 'no_channel'))
        dialogs.open({ name: 'dispatch', alertId, responder: text });
    },
    sayStep: (alertId, assignmentId, step) => {
      dialogs.close();
      void run(alertId, 'say-step', () => sayStep(alertId, assignmentId, step));
    },
    handOver: async (alertId, body, draft) => {
      dialogs.close();
      const done = await run(alertId, 'hand-over', () => putHandOver(alertId, body));
      if (done && draft !== undefined)
        dialogs.open({ name: 'close', alertId, draft: { ...draft, handedOver: true } });
    },
    called: (notice, task) => {
      void run(notice.alert_id ?? notice.id, 'called', task).then(needs.again);
    },
  };
  return { around, sending };
}

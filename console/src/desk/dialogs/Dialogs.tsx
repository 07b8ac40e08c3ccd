/** Shows the open dialog, with the alert that it was opened for. */
import type { Action } from '../../api/actions';
import type { Callee } from '../../api/dispatch';
import type { AlertSummary, AssignmentStep, CallBody, Contact, HandOverBody, Notice } from '../../api/types';
import { serverNow } from '../../clock/time';
import type { Standing } from '../failure';
import { whoOf } from '../names';
import type { Dispatch } from '../useDispatch';
import { AssignmentDialog } from './AssignmentDialog';
import { CallDialog } from './CallDialog';
import { CloseDialog } from './CloseDialog';
import { DispatchDialog } from './DispatchDialog';
import { EnRouteDialog } from './EnRouteDialog';
import { HandOverDialog } from './HandOverDialog';
import { Help } from './Help';
import { IncomingDialog } from './IncomingDialog';
import { ToCallDialog } from './ToCallDialog';
import { TransferDialog } from './TransferDialog';
import type { CloseDraft, OpenDialog } from './useDialog';

/** What the dialogs send; each closes its dialog or says why not. */
export type Sending = {
  send: (action: Action) => void;
  call: (alertId: string, body: CallBody, tel: string | null) => void;
  sendOut: (alertId: string, callee: Callee, text: string) => void;
  sayStep: (alertId: string, assignmentId: string, step: AssignmentStep) => void;
  handOver: (alertId: string, body: HandOverBody, draft: CloseDraft | undefined) => void;
  called: (notice: Notice, task: () => Promise<unknown>) => void;
};

type Props = {
  dialog: OpenDialog | null;
  /** Null when it has left the desk: then there is nothing to ask any more. */
  alert: AlertSummary | null;
  contacts: readonly Contact[];
  /** Of the alert that the dialog is about; null where that is not the one on the screen. */
  dispatch: Dispatch | null;
  /** Steps of the script that kept it from being closed. */
  standing: readonly Standing[];
  notices: readonly Notice[];
  whoOfAlert: (alertId: string) => string | null;
  open: (dialog: OpenDialog) => void;
  close: () => void;
  select: (alertId: string) => void;
  sending: Sending;
};

export function Dialogs(props: Props) {
  const { dialog, alert, close, sending } = props;
  if (dialog === null) return null;
  if (dialog.name === 'help') return <Help close={close} />;
  if (dialog.name === 'incoming') return <IncomingDialog callId={dialog.callId} close={close} />;
  if (dialog.name === 'to-call') {
    return (
      <ToCallDialog
        notices={props.notices}
        who={props.whoOfAlert}
        close={close}
        go={(id) => {
          close();
          props.select(id);
        }}
        call={sending.call}
        said={sending.called}
      />
    );
  }
  return alert === null ? null : <AboutAlert {...props} dialog={dialog} alert={alert} />;
}

type AboutProps = Props & {
  dialog: Exclude<OpenDialog, { alertId: null }>;
  alert: AlertSummary;
};

function AboutAlert({ dialog, alert, contacts, dispatch, standing, open, close, sending }: AboutProps) {
  const who = whoOf(alert);
  const { send } = sending;
  switch (dialog.name) {
    case 'dispatch':
      return (
        <DispatchDialog
          key={dialog.responder ?? ''}
          alertId={alert.id}
          who={who}
          contacts={contacts}
          parties={dispatch?.calls?.parties ?? []}
          responder={dialog.responder ?? ''}
          close={close}
          send={send}
          sendOut={(callee, text) => sending.sendOut(alert.id, callee, text)}
        />
      );
    case 'en-route':
      return <EnRouteDialog who={who} close={close} send={send} />;
    case 'transfer':
      return <TransferDialog alert={alert} close={close} send={send} />;
    case 'call':
      return (
        <CallDialog
          who={who}
          calls={dispatch?.calls ?? null}
          close={close}
          contacts={contacts}
          call={(body, tel) => sending.call(alert.id, body, tel)}
        />
      );
    case 'hand-over':
      return (
        <HandOverDialog
          who={who}
          known={dispatch?.script?.hand_over ?? null}
          calls={dispatch?.calls ?? null}
          now={serverNow()}
          closing={dialog.draft !== undefined}
          close={close}
          send={(body) => sending.handOver(alert.id, body, dialog.draft)}
        />
      );
    case 'assignment': {
      const assignment = dispatch?.assignments.find((one) => one.id === dialog.assignmentId);
      return assignment === undefined ? null : (
        <AssignmentDialog
          assignment={assignment}
          close={close}
          send={(step) => sending.sayStep(alert.id, assignment.id, step)}
        />
      );
    }
    case 'close':
      return (
        <CloseDialog
          alert={alert}
          standing={standing}
          draft={dialog.draft}
          hospitalUnknown={dispatch?.script != null && dispatch.script.hand_over?.hospital == null}
          close={close}
          send={send}
          handOver={(draft) => open({ name: 'hand-over', alertId: alert.id, draft })}
        />
      );
  }
}

/** Shows the open dialog, with the alert that it was opened for. */
import type { Action } from '../../api/actions';
import type { AlertSummary, Contact } from '../../api/types';
import type { Standing } from '../failure';
import { whoOf } from '../names';
import { CloseDialog } from './CloseDialog';
import { DispatchDialog } from './DispatchDialog';
import { EnRouteDialog } from './EnRouteDialog';
import { Help } from './Help';
import { TransferDialog } from './TransferDialog';
import type { DialogName } from './useDialog';

type Props = {
  name: DialogName | null;
  /** Null when it has left the desk: then there is nothing to ask any more. */
  alert: AlertSummary | null;
  contacts: readonly Contact[];
  /** Steps of the script that kept it from being closed. */
  standing: readonly Standing[];
  close: () => void;
  send: (action: Action) => void;
};

export function Dialogs({ name, alert, contacts, standing, close, send }: Props) {
  if (name === 'help') return <Help close={close} />;
  if (name === null || alert === null) return null;
  const who = whoOf(alert);
  if (name === 'dispatch') return <DispatchDialog who={who} contacts={contacts} close={close} send={send} />;
  if (name === 'en-route') return <EnRouteDialog who={who} close={close} send={send} />;
  if (name === 'transfer') return <TransferDialog who={who} close={close} send={send} />;
  return <CloseDialog alert={alert} standing={standing} close={close} send={send} />;
}

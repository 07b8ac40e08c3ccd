/** What staff do around an alert: call, tick off steps, hand over to 120, send somebody, write down what they say. */
import { sendOnce } from './send';
import type {
  AssignmentStep,
  Assignments,
  Call,
  CallBody,
  CallResult,
  HandOver,
  HandOverBody,
  Script,
  StartedCall,
} from './types';

const of = (alertId: string) => `/alerts/${encodeURIComponent(alertId)}`;

/** The call is on record before the telephone dials; `tel` is what the browser dials. */
export const beginCall = (alertId: string, body: CallBody) =>
  sendOnce<StartedCall>('POST', `${of(alertId)}/calls`, body);

export const endCall = (callId: string, result: CallResult, note?: string) =>
  sendOnce<Call>('POST', `/calls/${encodeURIComponent(callId)}/result`, {
    result,
    ...(note ? { note } : {}),
  });

export type Tick = { state: 'done' } | { state: 'impossible'; reason: string };

export const tickStep = (alertId: string, step: string, tick: Tick) =>
  sendOnce<Script>('POST', `${of(alertId)}/script/${encodeURIComponent(step)}`, tick);

export const putHandOver = (alertId: string, body: HandOverBody) =>
  sendOnce<HandOver>('PUT', `${of(alertId)}/hand-over`, body);

/** Whom to send: somebody of the staff and volunteers, or a contact of the home. */
export type Callee = { person_id: string } | { contact_id: string };

export const sendOut = (alertId: string, callee: Callee) =>
  sendOnce<Assignments>('POST', `${of(alertId)}/assignments`, callee);

export const sayStep = (alertId: string, assignmentId: string, step: AssignmentStep) =>
  sendOnce<Assignments>('POST', `${of(alertId)}/assignments/${encodeURIComponent(assignmentId)}/steps`, step);

export type CalledOutcome = 'reached' | 'no_answer' | 'voicemail' | 'wrong_number';

export const sayCalled = (noticeId: string, contactPointId: string, outcome: CalledOutcome) =>
  sendOnce<void>('POST', `/notices/${encodeURIComponent(noticeId)}/called`, {
    contact_point_id: contactPointId,
    outcome,
  });

/** Hands the number to whatever dials on this PC: a softphone or the desk telephone's helper. */
export function dial(tel: string): void {
  const link = document.createElement('a');
  link.href = tel;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
